import Foundation

extension ZoneSigner {
    /// Clears the zone key bit of a zone's keys of one role and signs everything again by the same keys, which no signer of
    /// zones does: the key tags, the signatures and the DS record fit the keys as they are then.
    func takeZoneKeyBit(
        of role: SignedZone.KeyRole, _ zone: SignedZone, _ signed: String
    ) throws(LaboratoryError) -> Signed {
        guard let python = Command.pythonOfDNS else { throw .missing("python3 with dnspython") }
        let arguments = [folder.path, zone.origin, signed, String(role.rawValue)]
        let records = Self.lines(try run([python, "-c", Self.program] + arguments))
        let trusted = records.filter { $0.contains(" IN DS ") }
        return (records.filter { !trusted.contains($0) }, trusted)
    }

    /// Prints the zone's records and its DS record. The keys are in files as `dnssec-keygen` names them.
    private static let program = """
        import base64, glob, sys
        import dns.dnssec, dns.rdatatype, dns.zone
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        def sign(name, covered, old, private, key):
            # dns.dnssec.sign counts the asterisk of a wildcard among the labels, against RFC 4034 §3.1.3.
            empty = old.replace(key_tag=dns.dnssec.key_id(key), signature=b"")
            data = dns.dnssec._make_rrsig_signature_data((name, covered), empty)
            numbers = utils.decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
            return empty.replace(signature=b"".join(number.to_bytes(32, "big") for number in numbers))

        folder, origin, file, flags = sys.argv[1:]
        zone = dns.zone.from_file(file, origin, relativize=False)
        keys = zone.find_rdataset(zone.origin, "DNSKEY")
        pairs = {}
        for key in list(keys):
            tag = dns.dnssec.key_id(key)
            [secret] = glob.glob(f"{folder}/K{origin}+*+{tag:05}.private")
            [number] = [line.split()[1] for line in open(secret) if line.startswith("PrivateKey:")]
            private = ec.derive_private_key(int.from_bytes(base64.b64decode(number), "big"), ec.SECP256R1())
            changed = key.replace(flags=key.flags & ~0x0100) if key.flags == int(flags) else key
            keys.remove(key)
            keys.add(changed)
            pairs[tag] = (private, changed)
        for name, node in zone.nodes.items():
            for signatures in [found for found in node if found.rdtype == dns.rdatatype.RRSIG]:
                covered = zone.find_rdataset(name, signatures.covers)
                for old in list(signatures):
                    private, key = pairs[old.key_tag]
                    signatures.remove(old)
                    signatures.add(sign(name, covered, old, private, key))
        zone.to_file(sys.stdout, relativize=False)
        for _, key in pairs.values():
            if key.flags & 1:
                print(f"{origin} 300 IN DS {dns.dnssec.make_ds(zone.origin, key, 'SHA256')}")
        """
}
