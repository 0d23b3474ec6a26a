package import DNSWire
import Primitives
import Validation
package import Zones

extension SimulatedWorld {
    /// The same world with signed zones: the root, the top-level domains, and of the rest all that `isSigned` says.
    ///
    /// Signed zones have a DNSKEY record, and a DS record in the zone above where that is signed too.
    ///
    /// - Parameters:
    ///   - validity: how many seconds from the simulation's start signatures hold.
    ///   - denial: how a zone denies names.
    package func signed(
        validity: Int64 = 30 * 86_400, denial: (Name) -> DenialStyle = { _ in .nsec },
        isSigned: (Name) -> Bool = { _ in true }
    ) throws(ZoneError) -> SimulatedWorld {
        let signatures = SimulatedSignatures(seed: seed)
        let origins = zones.origins
        let chosen = Set(origins.filter { $0.labelCount < 2 || isSigned($0) })
        var made: [Name: Zone] = [:]
        for origin in origins {
            guard let zone = zones[origin] else { continue }
            var records = zone.records
            if chosen.contains(origin) {
                records.append(
                    Record(name: origin, type: .dnskey, ttl: 3600, data: signatures.keyData(of: origin)))
            }
            for child in origins where chosen.contains(child) && zones.zone(for: child, .ds)?.origin == origin
            {
                guard child != origin,
                    let data = signatures.delegationSigner(of: child, signatures.keyData(of: child))
                else { continue }
                records.append(Record(name: child, type: .ds, ttl: 3600, data: data))
            }
            made[origin] = try Zone(origin: origin, records: records)
        }
        let signer = ZoneSigner(
            signatures, zones: chosen.sorted().compactMap { made[$0] }, validity: validity, denial: denial)
        var world = self
        world.zones = try ZoneStore(made.values)
        for endpoint in servers.keys.sorted() {
            let own = servers[endpoint]?.zones.origins.compactMap { made[$0] } ?? []
            world.servers[endpoint]?.zones = try ZoneStore(own)
            world.servers[endpoint]?.signer = signer
        }
        world.signatures = signatures
        world.signedZones = chosen
        return world
    }

    /// Whether a chain of trust leads to the zone of `name` and of each alias on the way.
    package func isSecure(_ question: Question) -> Bool {
        var name = question.name
        for _ in 0..<32 {
            var current = zones.zone(for: name, question.type)?.origin
            while let origin = current {
                guard signedZones.contains(origin) else { return false }
                current = origin.parent.flatMap { zones.zone(for: $0, .any)?.origin }
            }
            switch zones.lookup(name, question.type) {
            case .alias(let record), .redirection(_, alias: .some(let record)):
                guard let target = record.target else { return true }
                name = target
            default: return true
            }
        }
        return true
    }
}
