import DNSWire

/// What the ZONEMD records of a zone say of its contents (RFC 8976 §4).
package enum ZoneDigestVerdict: Hashable, Sendable {
    /// The zone has no ZONEMD record.
    case absent
    /// None of its ZONEMD records has a scheme and a digest that are understood.
    case notUnderstood
    case matches
    case mismatch
}

extension Zone {
    /// Compares the zone with its ZONEMD records: scheme SIMPLE with SHA-384 and SHA-512.
    package func digestVerdict(_ cryptography: some TransferCryptography) -> ZoneDigestVerdict {
        let statements = (nodes[origin]?[.zonemd] ?? []).compactMap { ZoneDigestStatement($0) }
        guard nodes[origin]?[.zonemd]?.isEmpty == false else { return .absent }
        var understood = false
        for statement in statements {
            guard let algorithm = statement.algorithm else { continue }
            understood = true
            // Two records of one scheme and algorithm are not to be used (RFC 8976 §2).
            let alike = statements.count { $0.algorithm == algorithm }
            guard alike == 1, statement.serial == serial else { continue }
            if statement.digest == digest(algorithm, cryptography) { return .matches }
        }
        return understood ? .mismatch : .notUnderstood
    }

    /// The digest of scheme SIMPLE over the zone (RFC 8976 §3.3).
    package func digest(_ algorithm: ZoneDigestAlgorithm, _ cryptography: some TransferCryptography)
        -> [UInt8]
    {
        var hash = cryptography.hash(algorithm)
        for (name, sets) in nodes.sorted(by: { $0.key < $1.key }) {
            let owner = name.lowercased
            for (type, set) in sets.sorted(by: { $0.key < $1.key }) {
                let excluded = { (record: Record) in
                    name == origin && (type == .zonemd || record.typeCovered == .zonemd)
                }
                let records = set.filter { !excluded($0) }.map {
                    (ttl: $0.ttl, data: $0.data.canonical(type: type))
                }
                for record in records.sorted(by: { $0.data.octets.lexicographicallyPrecedes($1.data.octets) })
                {
                    hash.update(Self.canonical(owner, type, record.ttl, record.data))
                }
            }
        }
        return hash.finish()
    }

    /// A record in canonical form (RFC 4034 §6.2).
    private static func canonical(_ owner: Name, _ type: RecordType, _ ttl: UInt32, _ data: RecordData)
        -> [UInt8]
    {
        var writer = WireWriter(reservingCapacity: owner.octets.count + 10 + data.octets.count)
        writer.write(owner.octets)
        writer.write(type.rawValue)
        writer.write(RecordClass.internet.rawValue)
        writer.write(ttl)
        writer.write(UInt16(truncatingIfNeeded: data.octets.count))
        writer.write(data.octets)
        return writer.octets
    }
}

/// The fields of a ZONEMD record (RFC 8976 §2.2).
private struct ZoneDigestStatement {
    let serial: SerialNumber
    /// Nil for a scheme or digest that is not understood.
    let algorithm: ZoneDigestAlgorithm?
    let digest: [UInt8]

    init?(_ record: Record) {
        var reader = WireReader(record.data.octets)
        guard let serial = try? reader.readUInt32(), let scheme = try? reader.readUInt8(),
            let algorithm = try? reader.readUInt8(), let digest = try? reader.readOctets(reader.remaining)
        else { return nil }
        self.serial = SerialNumber(serial)
        self.algorithm = scheme == 1 ? ZoneDigestAlgorithm(rawValue: algorithm) : nil
        self.digest = Array(digest)
    }
}
