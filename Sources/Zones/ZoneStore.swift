package import DNSWire

/// The zones that one server has, found by the longest matching origin; it never changes.
package struct ZoneStore: Sendable {
    private let zones: [Name: Zone]
    /// The top level domains that the origins are in, by hash: no other names need a look.
    private let tops: Set<UInt64>
    private let hasRoot: Bool

    package init(_ zones: some Sequence<Zone>) throws(ZoneError) {
        var byOrigin: [Name: Zone] = [:]
        for zone in zones {
            guard byOrigin.updateValue(zone, forKey: zone.origin) == nil else {
                throw .duplicateZone(zone.origin)
            }
        }
        self.zones = byOrigin
        tops = Set(byOrigin.keys.map(\.topHash))
        hasRoot = byOrigin[.root] != nil
    }

    /// A store without zones: every name is out of zone.
    package init() { (zones, tops, hasRoot) = ([:], [], false) }

    /// The origins in canonical order.
    package var origins: [Name] { zones.keys.sorted() }

    /// Whether both have the same zones with the same serials.
    package func hasSameVersions(as other: ZoneStore) -> Bool {
        zones.count == other.zones.count
            && zones.allSatisfy { other.zones[$0.key]?.serial == $0.value.serial }
    }

    package subscript(origin: Name) -> Zone? { zones[origin] }

    /// The zone that answers for `name` and `type`: the deepest that holds it.
    ///
    /// DS records stand on the parent's side of a cut, so the parent answers for them when it is here
    /// (RFC 4035 §3.1.4.1).
    package func zone(for name: Name, _ type: RecordType) -> Zone? {
        if type == .ds, !zones.isEmpty, let parent = name.parent, let zone = deepest(parent) { return zone }
        return deepest(name)
    }

    private func deepest(_ name: Name) -> Zone? {
        guard !tops.isEmpty, hasRoot || tops.contains(name.topHash) else {
            return nil
        }
        var current: Name? = name
        while let origin = current {
            if let zone = zones[origin] { return zone }
            current = origin.parent
        }
        return nil
    }

    /// What the closest zone above a name says; out of zone where there is none.
    package func lookup(_ name: Name, _ type: RecordType) -> ZoneAnswer {
        zone(for: name, type)?.lookup(name, type) ?? .outOfZone
    }

    /// The response of the zone that answers for the question; REFUSED when there is none.
    package func respond(to query: Message) -> Message {
        if let question = query.questions.first, let zone = zone(for: question.name, question.type) {
            return zone.respond(to: query)
        }
        var response = Zone.frame(for: query)
        if response.responseCode == .noError { response.responseCode = .refused }
        return response
    }
}
