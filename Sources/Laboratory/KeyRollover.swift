import Foundation

/// A moment in the exchange of a zone's keys (RFC 6781 §4.1): what of the old and the new there is.
package struct KeyRollover: Hashable, Sendable {
    /// Which keys are exchanged.
    package enum Part: Hashable, Sendable {
        /// The zone signing key (§4.1.1).
        case zoneKey
        /// The key signing key (§4.1.2).
        case entryKey
        /// Both, for those of another algorithm (§4.1.4).
        case algorithm
    }

    package enum Side: Hashable, Sendable { case old, both, new }

    package let part: Part
    /// The keys in the DNSKEY set.
    package let published: Side
    /// The keys that sign: the zone's data, or for `entryKey` the DNSKEY set.
    package let signing: Side
    /// The keys that the parent has DS records of.
    package let delegation: Side

    package init(_ part: Part, published: Side, signing: Side, delegation: Side = .old) {
        self.part = part
        self.published = published
        self.signing = signing
        self.delegation = delegation
    }
}

extension ZoneSigner {
    /// A zone's two keys, by the names of their files.
    private struct Pair {
        let entry: String
        let zone: String
    }

    /// Signs a zone in the middle of a rollover by BIND's tools, key by key.
    func sign(_ zone: SignedZone, _ plain: String, _ rollover: KeyRollover) throws(LaboratoryError) -> (
        records: [String], delegationSigners: [String]
    ) {
        let old = Pair(entry: try key(zone, "-f", "KSK"), zone: try key(zone))
        let new: Pair
        switch rollover.part {
        case .zoneKey: new = Pair(entry: old.entry, zone: try key(zone))
        case .entryKey: new = Pair(entry: try key(zone, "-f", "KSK"), zone: old.zone)
        case .algorithm:
            let other = SignedZone(zone.label, .bind, "ED25519")
            new = Pair(entry: try key(other, "-f", "KSK"), zone: try key(other))
        }
        let published = Self.pairs(old, new, rollover.published)
        let signing = Self.pairs(old, new, rollover.signing)
        // The keys of an algorithm vouch for themselves: what is published has signed the DNSKEY set.
        let entries = rollover.part == .entryKey ? signing : published
        let text = try run(
            ["cat", plain] + Set(published.flatMap { [$0.entry, $0.zone] }).sorted().map { $0 + ".key" })
        let unsigned = try write(text, to: zone.label + ".keys.zone")
        let chosen = Set(entries.map(\.entry)).sorted().flatMap { ["-k", $0] }
        _ = try run(
            ["dnssec-signzone", "-q", "-P", "-x", "-d", folder.path, "-o", zone.origin, "-O", "full"] + chosen
                + ["-f", unsigned + ".signed", unsigned] + Set(signing.map(\.zone)).sorted())
        let trusted = Set(Self.pairs(old, new, rollover.delegation).map(\.entry)).sorted()
        var signers: [String] = []
        for key in trusted { signers += Self.lines(try run(["dnssec-dsfromkey", "-2", key + ".key"])) }
        return (lines(unsigned + ".signed"), signers)
    }

    private func key(_ zone: SignedZone, _ options: String...) throws(LaboratoryError) -> String {
        let size = zone.bits.map { ["-b", String($0)] } ?? []
        let name = try run(
            ["dnssec-keygen", "-q", "-K", folder.path, "-a", zone.algorithm] + size + options + [zone.origin])
        return folder.appendingPathComponent(Self.lines(name).first ?? "").path
    }

    private static func pairs(_ old: Pair, _ new: Pair, _ side: KeyRollover.Side) -> [Pair] {
        switch side {
        case .old: [old]
        case .both: [old, new]
        case .new: [new]
        }
    }
}
