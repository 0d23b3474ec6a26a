import Foundation

/// A zone that a real signer signs, and what is wrong with it.
package struct SignedZone: Sendable {
    package enum Signer: String, Sendable, CaseIterable { case bind, knot, ldns }

    package enum Denial: Hashable, Sendable {
        case nsec
        case nsec3(iterations: Int, optOut: Bool)
    }

    /// The signatures' time, seen from now.
    package enum Times: Hashable, Sendable { case present, past, future }

    /// What is changed after signing.
    package enum Trouble: Hashable, Sendable {
        case none
        /// The parent has no DS record.
        case noDelegationSigner
        /// The parent's DS record is of a key that the zone does not have.
        case otherKey
        /// The parent's DS record has one digit changed.
        case otherDigest
        /// The parent's DS record names an algorithm, or a digest, that nobody knows.
        case unknownAlgorithm
        case unknownDigest
        /// A DS record of an unknown algorithm stands beside the right one.
        case unknownBeside
        /// A DS record of a key that is gone stands beside the right one.
        case otherKeyBeside
        /// The zone behind the DS record is not signed at all.
        case unsigned
        /// Records of these types are taken out: `RRSIG`, `NSEC`, `NSEC3`, `DNSKEY`, or the signatures of one type as
        /// `RRSIG A`.
        case without([String])
        /// The address of `www` is another than the one that was signed.
        case alteredAddress
        /// The address of `www` is taken out, and the proof that there is one stays.
        case hiddenAddress
        /// Each NSEC record's gap is wider than the one that was signed.
        case alteredProof
        /// Each signature ends before it begins.
        case swappedTimes
        /// So many more names, three in four of them changed in one place each.
        case mutations(seed: UInt64, count: Int)
        /// A second signature, which does not fit, stands before each right one.
        case brokenBeside
        /// The keys of this role are no zone keys (RFC 4034 §2.1.1): bit 7 of their flags is not set. All else fits them,
        /// their signatures and DS record too. Zones signed by BIND with ECDSAP256SHA256 only.
        case noZoneKeyBit(KeyRole)
    }

    /// What a key is for, by the flags that it has.
    package enum KeyRole: Int, Hashable, Sendable {
        /// The zone signing key.
        case zone = 256
        /// The key signing key, which the DS record is of.
        case entry = 257
    }

    /// A rollover that the zone is in the middle of; BIND's tools only.
    package enum Rollover: Hashable, Sendable {
        case none
        case stage(KeyRollover)
        /// A key signing key is revoked (RFC 5011 §2.1).
        case revoked
    }

    package let label: String
    package let signer: Signer
    /// As `dnssec-keygen -a` names it.
    package let algorithm: String
    package let bits: Int?
    package let denial: Denial
    package let times: Times
    package let trouble: Trouble
    package let rollover: Rollover
    /// That of its name server.
    package let address: String

    package init(
        _ label: String, _ signer: Signer = .bind, _ algorithm: String = "ECDSAP256SHA256", bits: Int? = nil,
        denial: Denial = .nsec, times: Times = .present, trouble: Trouble = .none,
        rollover: Rollover = .none, address: String = SignedZone.address
    ) {
        self.label = label
        self.signer = signer
        self.algorithm = algorithm
        self.bits = bits
        self.denial = denial
        self.times = times
        self.trouble = trouble
        self.rollover = rollover
        self.address = address
    }

    /// That of the name server that serves every zone.
    package static let address = "10.54.2.1"

    /// The zone's name, absolute.
    package var origin: String { "\(label).test." }

    /// The names that `mutations` has added.
    package var mutatedNames: [String] {
        guard case .mutations(_, let count) = trouble else { return [] }
        return (0..<count).map { SignedMutation.question($0, origin: origin) }
    }

    /// The zone before it is signed.
    var text: String {
        guard case .mutations(_, let count) = trouble else { return plainText }
        return plainText + SignedMutation.text(count)
    }

    private var plainText: String {
        """
        $TTL 300
        @ SOA ns h 1 3600 900 86400 60
        @ NS ns
        ns A \(address)
        www A 192.0.2.1
        a.ent A 192.0.2.2
        *.wild A 192.0.2.3
        alias CNAME www
        dn DNAME d
        x.d A 192.0.2.4
        sub NS ns.sub
        ns.sub A 10.54.3.1

        """
    }

    /// The unsigned zone below.
    var childText: String {
        """
        $TTL 300
        @ SOA ns h 1 3600 900 86400 60
        @ NS ns
        ns A 10.54.3.1
        www A 192.0.2.5

        """
    }
}

/// Signs zones with the tools of BIND, Knot DNS and ldns.
struct ZoneSigner {
    let folder: URL

    /// Signs a zone; the records, one a line, and its DS records.
    func sign(_ zone: SignedZone) throws(LaboratoryError) -> (records: [String], delegationSigners: [String])
    {
        let plain = try write(zone.text, to: zone.label + ".zone")
        switch zone.signer {
        case .bind:
            let signed = try signWithBIND(zone.origin, plain, zone)
            guard case .noZoneKeyBit(let role) = zone.trouble else { return signed }
            return try takeZoneKeyBit(of: role, zone, plain + ".signed")
        case .knot: return try signWithKnot(zone, plain)
        case .ldns: return try signWithLDNS(zone, plain)
        }
    }

    func signWithBIND(_ origin: String, _ plain: String, _ zone: SignedZone) throws(LaboratoryError) -> (
        records: [String], delegationSigners: [String]
    ) {
        if case .stage(let rollover) = zone.rollover { return try sign(zone, plain, rollover) }
        let size = zone.bits.map { ["-b", String($0)] } ?? []
        let make = ["dnssec-keygen", "-q", "-K", folder.path, "-a", zone.algorithm] + size
        _ = try run(make + ["-f", "KSK", origin])
        // One long key is enough to see that long keys work, and takes long enough to make.
        let short = zone.bits.map { ["-b", String(min($0, 2048))] } ?? []
        _ = try run(["dnssec-keygen", "-q", "-K", folder.path, "-a", zone.algorithm] + short + [origin])
        if zone.rollover == .revoked { _ = try run(make + ["-f", "KSK", "-f", "REVOKE", origin]) }
        var options = ["-q", "-P", "-S", "-K", folder.path, "-d", folder.path, "-o", origin, "-O", "full"]
        switch zone.denial {
        case .nsec: break
        case .nsec3(let iterations, let optOut):
            options += ["-3", "aabb", "-H", String(iterations)] + (optOut ? ["-A"] : [])
        }
        switch zone.times {
        case .present: break
        case .past: options += ["-s", "now-864000", "-e", "now-432000"]
        case .future: options += ["-s", "now+432000", "-e", "now+864000"]
        }
        _ = try run(["dnssec-signzone"] + options + ["-f", plain + ".signed", plain])
        return (lines(plain + ".signed"), lines(folder.appendingPathComponent("dsset-" + origin).path))
    }

    private func signWithKnot(_ zone: SignedZone, _ plain: String) throws(LaboratoryError) -> (
        records: [String], delegationSigners: [String]
    ) {
        var policy = "    algorithm: \(zone.algorithm.lowercased())\n"
        if let bits = zone.bits { policy += "    ksk-size: \(bits)\n    zsk-size: \(bits)\n" }
        if case .nsec3(let iterations, let optOut) = zone.denial {
            policy += "    nsec3: on\n    nsec3-iterations: \(iterations)\n    nsec3-salt-length: 2\n"
            policy += "    nsec3-opt-out: \(optOut ? "on" : "off")\n"
        }
        let home = folder.appendingPathComponent("knot-" + zone.label).path
        let configuration = try write(
            """
            server:
                rundir: "\(home)"
            database:
                storage: "\(home)"
            policy:
              - id: p
            \(policy)
            zone:
              - domain: \(zone.origin)
                file: \(plain)
                dnssec-signing: on
                dnssec-policy: p

            """, to: "knot-" + zone.label + ".conf")
        _ = try run(["mkdir", "-p", home])
        _ = try run(["kzonesign", "-c", configuration, "-o", home, zone.origin])
        let signers = try run(["keymgr", "-c", configuration, zone.origin, "ds"])
        let file = URL(fileURLWithPath: home).appendingPathComponent(zone.label + ".zone").path
        return (lines(file), signers.split(separator: "\n").map(String.init))
    }

    private func signWithLDNS(_ zone: SignedZone, _ plain: String) throws(LaboratoryError) -> (
        records: [String], delegationSigners: [String]
    ) {
        let size = zone.bits.map { ["-b", String($0)] } ?? []
        let make = ["ldns-keygen", "-a", zone.algorithm] + size
        let inFolder = ["env", "--chdir=" + folder.path]
        let entry = try run(inFolder + make + ["-k", zone.origin]).trimmingCharacters(
            in: .whitespacesAndNewlines)
        let other = try run(inFolder + make + [zone.origin]).trimmingCharacters(in: .whitespacesAndNewlines)
        var options: [String] = []
        if case .nsec3(let iterations, let optOut) = zone.denial {
            options = ["-n", "-t", String(iterations), "-s", "aabb"] + (optOut ? ["-p"] : [])
        }
        _ = try run(
            inFolder + ["ldns-signzone", "-o", zone.origin] + options
                + ["-f", plain + ".signed", plain, other, entry])
        return (lines(plain + ".signed"), lines(folder.appendingPathComponent(entry + ".ds").path))
    }

    @discardableResult
    func write(_ text: String, to name: String) throws(LaboratoryError) -> String {
        let file = folder.appendingPathComponent(name)
        do { try text.write(to: file, atomically: true, encoding: .utf8) } catch { throw .missing(file.path) }
        return file.path
    }

    func run(_ arguments: [String]) throws(LaboratoryError) -> String {
        let result = Command.run(arguments)
        guard result.succeeded else {
            throw .program(arguments.joined(separator: " ") + "\n" + result.complaint.suffix(1000))
        }
        return result.output
    }

    func lines(_ path: String) -> [String] { Self.lines(Command.text(URL(fileURLWithPath: path))) }

    /// Without comments.
    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix(";") }
    }
}

extension SignedZone {
    /// The zone's records as they are served.
    func served(_ records: [String]) -> [String] {
        switch trouble {
        case .unsigned: return text.split(separator: "\n").map(String.init)
        case .without(let types):
            return records.filter { line in !types.contains { Self.isOf($0, line) } }
        case .hiddenAddress:
            return records.filter { line in
                !(line.hasPrefix("www.") && (Self.isOf("A", line) || Self.isOf("RRSIG A", line)))
            }
        case .alteredProof:
            return records.map { line in
                Self.changed(line, "NSEC") { $0[$0.startIndex] = "zzz.\(origin)" }
            }
        case .swappedTimes:
            return records.map { line in
                Self.changed(line, "RRSIG") { $0.swapAt($0.startIndex + 4, $0.startIndex + 5) }
            }
        case .mutations(let seed, _):
            var mutation = SignedMutation(seed: seed)
            return mutation.changed(records)
        case .alteredAddress: return records.map { $0.replacing("192.0.2.1", with: "192.0.2.66") }
        case .brokenBeside:
            return records.flatMap { line in
                Self.isOf("RRSIG", line) ? [Self.broken(line), line] : [line]
            }
        default: return records
        }
    }

    /// The DS records that the parent has.
    func published(_ signers: [String]) -> [String] {
        let fields = signers.map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        func changed(_ change: (inout ArraySlice<String>) -> Void) -> [String] {
            fields.map { line in
                guard let position = line.firstIndex(of: "DS") else { return "" }
                var data = line[(position + 1)...]
                change(&data)
                return "\(origin) 300 IN DS " + data.joined(separator: " ")
            }
        }
        switch trouble {
        case .noDelegationSigner: return []
        case .otherKey, .otherKeyBeside:
            let others = changed { $0[$0.startIndex] = String(((Int($0[$0.startIndex]) ?? 0) + 1) & 0xFFFF) }
            return trouble == .otherKey ? others : others + changed { _ in }
        case .otherDigest:
            return changed {
                let last = $0.removeLast()
                $0.append(last.dropLast() + (last.hasSuffix("0") ? "1" : "0"))
            }
        case .unknownAlgorithm: return changed { $0[$0.startIndex + 1] = "99" }
        case .unknownDigest: return changed { $0[$0.startIndex + 2] = "99" }
        case .unknownBeside: return changed { _ in } + changed { $0[$0.startIndex + 1] = "99" }
        default: return changed { _ in }
        }
    }

    private static func isOf(_ type: String, _ line: String) -> Bool {
        let fields = line.split(whereSeparator: \.isWhitespace)
        let wanted = type.split(separator: " ")
        guard let position = fields.prefix(4).firstIndex(where: { $0 == wanted.first ?? "" }) else {
            return false
        }
        return wanted.count < 2 || position + 1 < fields.count && fields[position + 1] == wanted[1]
    }

    /// The signature with its first characters changed.
    private static func broken(_ line: String) -> String {
        changed(line, "RRSIG") { fields in
            let last = fields.startIndex + 8
            fields[last] = "AAAA" + fields[last].dropFirst(4)
        }
    }

    /// A record of a type with its data changed; others as they are.
    private static func changed(_ line: String, _ type: String, _ change: (inout ArraySlice<String>) -> Void)
        -> String
    {
        var fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let position = fields.prefix(4).firstIndex(of: type) else { return line }
        change(&fields[(position + 1)...])
        return fields.joined(separator: " ")
    }
}
