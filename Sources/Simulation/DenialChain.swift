import DNSWire
import Validation
import Zones

/// How a simulated zone denies names.
package enum DenialStyle: Hashable, Sendable {
    case nsec
    case nsec3
    /// NSEC3 without records for unsigned delegations (RFC 5155 §6).
    case nsec3OptOut
}

/// The names of a zone in canonical order, each with its types: what its NSEC or NSEC3 records are made of.
struct DenialChain: Sendable {
    let origin: Name
    private let names: [Name]
    let types: [Name: Set<RecordType>]
    let ttl: UInt32
    /// Nil for NSEC.
    private var hashed: HashedDenialChain?

    init(_ zone: Zone, style: DenialStyle, signatures: SimulatedSignatures) {
        origin = zone.origin
        var types: [Name: Set<RecordType>] = [:]
        for record in zone.records { types[record.name, default: []].insert(record.type) }
        let cuts = types.filter { $0.value.contains(.ns) && $0.key != zone.origin }.map(\.key)
        // What is below a cut belongs to the child.
        types = types.filter { entry in !cuts.contains { entry.key.isBelow($0) } }
        for cut in cuts { types[cut] = types[cut]?.intersection([.ns, .ds]) }
        self.types = types
        names = types.keys.sorted()
        ttl = zone.startOfAuthority.startOfAuthority?.minimum ?? 60
        hashed = nil
        if style != .nsec {
            hashed = HashedDenialChain(self, isOptOut: style == .nsec3OptOut, signatures: signatures)
        }
    }

    func isDelegation(_ name: Name) -> Bool { name != origin && types[name]?.contains(.ns) == true }

    /// The wildcard that a name which does not exist is made from.
    func wildcard(for name: Name) -> Name? {
        guard types[name] == nil, !exists(name), let wildcard = closestEncloser(of: name).wildcard else {
            return nil
        }
        return types[wildcard] == nil ? nil : wildcard
    }

    /// What shows that there is no such name, or no such type at it.
    func denial(of name: Name) -> [Record] {
        if let hashed { return hashed.denial(of: name) }
        if types[name] != nil { return cover(name) }
        guard !exists(name), let wildcard = closestEncloser(of: name).wildcard else { return cover(name) }
        let first = cover(name)
        return first + cover(wildcard).filter { !first.contains($0) }
    }

    /// The record at the name, or in whose gap it lies.
    func cover(_ name: Name) -> [Record] {
        if let hashed { return hashed.cover(name) }
        guard let index = names.lastIndex(where: { $0 == name || $0 < name }) else { return [] }
        let owner = names[index]
        let next = names[(index + 1) % names.count]
        var writer = WireWriter()
        writer.write(next, compressing: false)
        writer.write(Self.bitmap((types[owner] ?? []).union([.rrsig, .nsec])))
        return [Record(name: owner, type: .nsec, ttl: ttl, data: RecordData(octets: writer.octets))]
    }

    /// Whether the name has records or names below it.
    private func exists(_ name: Name) -> Bool { names.contains { $0.isEqualOrBelow(name) } }

    private func closestEncloser(of name: Name) -> Name {
        var current = name.parent
        while let candidate = current, candidate.isBelow(origin), !exists(candidate) {
            current = candidate.parent
        }
        return current ?? origin
    }

    /// A type bit map of types below 256, which are all that a simulated zone has.
    static func bitmap(_ types: Set<RecordType>) -> [UInt8] {
        var octets: [UInt8] = []
        for type in types where type.rawValue < 256 {
            let index = Int(type.rawValue) / 8
            while octets.count <= index { octets.append(0) }
            octets[index] |= 0x80 >> UInt8(type.rawValue & 7)
        }
        return [0, UInt8(truncatingIfNeeded: octets.count)] + octets
    }
}
