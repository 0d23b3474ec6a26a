import DNSWire
import Primitives
import Validation
import Zones

/// What a name server adds to its answers for clients that set DO: signatures and denials (RFC 4035 §3.1).
package struct ZoneSigner: Sendable {
    let signatures: SimulatedSignatures
    /// The names of each signed zone, by which it denies others.
    private let chains: [Name: DenialChain]

    /// Seconds around the simulation's start in which signatures hold.
    private let validity: ClosedRange<Int64>

    /// The keys of zones that have others than their first one.
    private var rolled: [Name: RolledKeys] = [:]

    /// A zone's keys at one moment, as DNSKEY RDATA.
    private struct RolledKeys: Sendable {
        /// Those that sign the DNSKEY set, revoked ones among them.
        let entries: [RecordData]
        /// The one that signs everything else.
        let zone: RecordData
    }

    init(
        _ signatures: SimulatedSignatures, zones: some Sequence<Zone>, validity: Int64,
        denial: (Name) -> DenialStyle
    ) {
        self.signatures = signatures
        self.validity = -86_400...validity
        chains = Dictionary(
            uniqueKeysWithValues: zones.map {
                ($0.origin, DenialChain($0, style: denial($0.origin), signatures: signatures))
            })
    }

    /// Signs a response to `query` from a server that has `zones`.
    func complete(_ response: inout Message, to query: Message, from zones: ZoneStore) {
        guard query.edns?.dnssecOK == true, let question = query.questions.first else { return }
        if response.answers.isEmpty {
            addDenial(&response, question, zones)
        } else {
            addExpansionProofs(&response, zones)
        }
        response.answers = signed(response.answers, zones)
        response.authorities = signed(response.authorities, zones)
    }

    private func addDenial(_ response: inout Message, _ question: Question, _ zones: ZoneStore) {
        if let start = response.authorities.first(where: { $0.type == .soa }) {
            guard let chain = chains[start.name] else { return }
            response.authorities += chain.denial(of: question.name)
        } else if let child = response.authorities.first(where: { $0.type == .ns })?.name,
            let zone = zones.zone(for: child, .ds), let chain = chains[zone.origin]
        {
            if case .answer(let set) = zone.lookup(child, .ds) {
                response.authorities += set
            } else {
                response.authorities += chain.denial(of: child)
            }
        }
    }

    private func addExpansionProofs(_ response: inout Message, _ zones: ZoneStore) {
        var seen: Set<Name> = []
        for record in response.answers where seen.insert(record.name).inserted {
            guard let zone = zones.zone(for: record.name, record.type), let chain = chains[zone.origin],
                chain.wildcard(for: record.name) != nil
            else { continue }
            response.authorities += chain.cover(record.name)
        }
    }

    /// The records with a signature after each set of a signed zone.
    private func signed(_ records: [Record], _ zones: ZoneStore) -> [Record] {
        var result: [Record] = []
        var redirections: [Name] = []
        for set in SignedSet.collect(records) {
            result += set.data.map { Record(name: set.name, type: set.type, ttl: set.ttl, data: $0) }
            if set.type == .dname { redirections.append(set.name) }
            let isMade = set.type == .cname && redirections.contains { set.name.isBelow($0) }
            guard !isMade, let zone = zones.zone(for: set.name, Self.side(of: set)),
                let chain = chains[zone.origin],
                !chain.isDelegation(set.name) || [.ds, .nsec].contains(set.type)
            else { continue }
            let owner = [.nsec, .nsec3].contains(set.type) ? nil : chain.wildcard(for: set.name)
            result += keys(of: zone.origin, for: set.type).compactMap { key in
                sign(set, zone: zone.origin, key: key, wildcard: owner)
            }
        }
        return result
    }

    private func keys(of zone: Name, for type: RecordType) -> [RecordData] {
        guard let own = rolled[zone] else { return [signatures.keyData(of: zone)] }
        return type == .dnskey ? own.entries : [own.zone]
    }

    /// Has a zone signed by other keys from now on.
    mutating func roll(_ zone: Name, entries: [RecordData], zone key: RecordData) {
        rolled[zone] = RolledKeys(entries: entries, zone: key)
    }

    /// The type by which the zone of a set is found: NSEC records of both sides stand at a cut, and only the child's
    /// name SOA among the types.
    private static func side(of set: SignedSet) -> RecordType {
        guard set.type == .nsec, let data = set.data.first,
            let record = NextSecure(owner: set.name, data), !record.types.contains(.soa)
        else { return set.type }
        return .ds
    }

    /// The RRSIG record of a set by a key.
    func sign(_ set: SignedSet, zone: Name, key: RecordData, wildcard: Name? = nil) -> Record? {
        guard let fields = KeyRecord(key) else { return nil }
        var labels = set.name.labelCount - (set.name.isWildcard ? 1 : 0)
        if let wildcard { labels = wildcard.labelCount - 1 }
        let start = SimulatedInternet.epoch.seconds
        var writer = WireWriter()
        writer.write(set.type.rawValue)
        writer.write(UInt8(15))
        writer.write(UInt8(truncatingIfNeeded: labels))
        writer.write(set.ttl)
        writer.write(UInt32(truncatingIfNeeded: start + validity.upperBound))
        writer.write(UInt32(truncatingIfNeeded: start + validity.lowerBound))
        writer.write(fields.keyTag)
        writer.write(zone, compressing: false)
        guard let unsigned = SignatureRecord(RecordData(octets: writer.octets)),
            let data = set.signedData(by: unsigned)
        else { return nil }
        writer.write(signatures.sign(data, with: fields.publicKey))
        return Record(name: set.name, type: .rrsig, ttl: set.ttl, data: RecordData(octets: writer.octets))
    }
}
