import DNSWire
import Validation
import Zones

/// The names of a zone in the order of their hashes, empty non-terminals included: what its NSEC3 records are made of
/// (RFC 5155 §7.1).
struct HashedDenialChain: Sendable {
    private struct Link: Sendable {
        let hash: [UInt8]
        let types: Set<RecordType>
    }

    private let origin: Name
    private let ttl: UInt32
    private let isOptOut: Bool
    private let signatures: SimulatedSignatures
    private let links: [Link]
    private let names: Set<Name>

    private static let parameters = HashParameters(algorithm: 1, iterations: 1, salt: [0xAA, 0xBB])

    init(_ chain: DenialChain, isOptOut: Bool, signatures: SimulatedSignatures) {
        origin = chain.origin
        ttl = chain.ttl
        self.isOptOut = isOptOut
        self.signatures = signatures
        var types: [Name: Set<RecordType>] = [:]
        for (name, own) in chain.types {
            let isUnsigned = chain.isDelegation(name) && !own.contains(.ds)
            if isUnsigned, isOptOut { continue }
            types[name] = isUnsigned ? own : own.union([.rrsig])
            var ancestor = name.parent
            while let current = ancestor, current.isBelow(chain.origin) {
                if types[current] == nil { types[current] = chain.types[current] ?? [] }
                ancestor = current.parent
            }
        }
        names = Set(types.keys)
        links = types.map { Link(hash: Self.hash($0.key, signatures), types: $0.value) }
            .sorted { $0.hash.lexicographicallyPrecedes($1.hash) }
    }

    /// What shows that there is no such name, or no such type at it (RFC 5155 §7.2).
    func denial(of name: Name) -> [Record] {
        guard !names.contains(name) else { return [record(for: name)].compactMap(\.self) }
        let encloser = closestEncloser(of: name)
        let parts = [encloser, nextCloser(to: name, from: encloser), encloser.wildcard]
        var records: [Record] = []
        for case .some(let record) in parts.map({ $0.flatMap(record) }) where !records.contains(record) {
            records.append(record)
        }
        return records
    }

    /// What shows that no closer name exists than the parent of a wildcard that applies.
    func cover(_ name: Name) -> [Record] {
        [nextCloser(to: name, from: closestEncloser(of: name)).flatMap(record)].compactMap(\.self)
    }

    private func closestEncloser(of name: Name) -> Name {
        var current = name.parent
        while let candidate = current, candidate.isBelow(origin), !names.contains(candidate) {
            current = candidate.parent
        }
        return current ?? origin
    }

    private func nextCloser(to name: Name, from encloser: Name) -> Name? {
        name.isBelow(encloser) ? name.suffix(labels: encloser.labelCount + 1) : nil
    }

    /// The record at the name, or in whose gap it lies.
    private func record(for name: Name) -> Record? {
        let hash = Self.hash(name, signatures)
        let before = links.lastIndex { $0.hash == hash || $0.hash.lexicographicallyPrecedes(hash) }
        guard !links.isEmpty,
            let owner = origin.prepending(Base32Hexadecimal.print(links[before ?? links.count - 1].hash))
        else { return nil }
        let index = before ?? links.count - 1
        let next = links[(index + 1) % links.count].hash
        let flags: UInt8 = isOptOut ? 1 : 0
        let salt = Self.parameters.salt
        let head = [
            Self.parameters.algorithm, flags, 0, UInt8(truncatingIfNeeded: Self.parameters.iterations),
        ]
        let octets =
            head + [UInt8(truncatingIfNeeded: salt.count)] + salt + [UInt8(truncatingIfNeeded: next.count)]
            + next
        let types = links[index].types
        let bitmap = types.isEmpty ? [] : DenialChain.bitmap(types)
        return Record(name: owner, type: .nsec3, ttl: ttl, data: RecordData(octets: octets + bitmap))
    }

    private static func hash(_ name: Name, _ signatures: SimulatedSignatures) -> [UInt8] {
        signatures.hash(name, parameters) ?? []
    }
}
