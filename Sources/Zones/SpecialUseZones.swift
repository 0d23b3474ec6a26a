package import DNSWire
import Primitives

/// The names that a resolver answers by itself and never asks of the Internet (RFC 6761, RFC 6303).
package struct SpecialUseZones: Sendable {
    private let store: ZoneStore

    /// All special-use zones except those named in `excluded`, which are then ordinary names.
    package init(excluding excluded: Set<Name> = []) {
        var zones: [Zone] = []
        for origin in Self.origins where !excluded.contains(origin) {
            let base = Self.base(origin)
            if let zone = try? Zone(origin: origin, records: base + Self.contents(origin)) {
                zones.append(zone)
            }
        }
        store = (try? ZoneStore(zones)) ?? ZoneStore()
    }

    /// The answer to a question for a special-use name; nil for every other name.
    ///
    /// DS at a zone's own name is not answered here: it belongs to the parent, which a validator asks.
    package func answer(_ name: Name, _ type: RecordType) -> ZoneAnswer? {
        guard let zone = store.zone(for: name, .any), type != .ds || name != zone.origin else { return nil }
        return zone.lookup(name, type)
    }

    /// The zone that answers a question for a special-use name; nil for every other name.
    package func origin(answering name: Name, _ type: RecordType) -> Name? {
        answer(name, type) == nil ? nil : store.zone(for: name, .any)?.origin
    }

    /// The whole response to `query` when it asks for a special-use name; otherwise nil.
    package func respond(to query: Message) -> Message? {
        guard let question = query.questions.first, answer(question.name, question.type) != nil else {
            return nil
        }
        guard let zone = store.zone(for: question.name, .any) else { return nil }
        var response = zone.respond(to: query)
        // Discovery of encrypted resolvers wants NODATA, not a name error, from one that has none (RFC 9462 §6.4).
        if zone.origin == Self.resolverDiscovery, response.responseCode == .nameError {
            response.responseCode = .noError
        }
        return response
    }

    private static let resolverDiscovery = Name("resolver.arpa.")

    /// The zones' names, in canonical order.
    package var origins: [Name] { store.origins }

    /// One TTL for everything here: three hours, RFC 6303 §3.
    private static let ttl: UInt32 = 10800

    /// The empty zone of RFC 6303 §3.
    private static func base(_ origin: Name) -> [Record] {
        guard let mailbox = Name("nobody.invalid.") else { return [] }
        return [
            .startOfAuthority(origin, primary: origin, mailbox: mailbox, minimum: ttl, ttl: ttl),
            .pointer(origin, .ns, to: origin, ttl: ttl),
        ]
    }

    /// What RFC 6761 §6.3 and RFC 6303 §4 put into the loopback zones.
    private static func contents(_ origin: Name) -> [Record] {
        guard let localhost = Name("localhost.") else { return [] }
        if origin == localhost {
            guard let wildcard = origin.prepending([UInt8(ascii: "*")]) else { return [] }
            let addresses = [IPAddress(ipv4: 0x7F00_0001), IPAddress(ipv6High: 0, low: 1)]
            return [origin, wildcard].flatMap { name in addresses.map { .address(name, $0, ttl: ttl) } }
        }
        if origin == Name("127.in-addr.arpa."), let name = Name("1.0.0.127.in-addr.arpa.") {
            return [.pointer(name, .ptr, to: localhost, ttl: ttl)]
        }
        if origin == Name(loopback6) { return [.pointer(origin, .ptr, to: localhost, ttl: ttl)] }
        return []
    }

    private static let zeros31 = String(repeating: "0.", count: 31)
    private static let loopback6 = "1.\(zeros31)ip6.arpa."

    private static var origins: [Name] {
        let names =
            // RFC 6761 §6.2 to §6.4, RFC 7686, RFC 6762 §22.1, RFC 9476, RFC 8375.
            ["test.", "localhost.", "invalid.", "onion.", "local.", "alt.", "home.arpa."]
            // RFC 9462 §8.2, RFC 9665 §9.
            + ["resolver.arpa.", "service.arpa."]
            // RFC 1918, by RFC 6303 §4.1.
            + ["10.in-addr.arpa.", "168.192.in-addr.arpa."]
            + (16...31).map { "\($0).172.in-addr.arpa." }
            // RFC 6598, by RFC 7793.
            + (64...127).map { "\($0).100.in-addr.arpa." }
            // RFC 6303 §4.2: this host, loopback, link-local, documentation, broadcast.
            + ["0.in-addr.arpa.", "127.in-addr.arpa.", "254.169.in-addr.arpa.", "2.0.192.in-addr.arpa."]
            + ["100.51.198.in-addr.arpa.", "113.0.203.in-addr.arpa.", "255.255.255.255.in-addr.arpa."]
            // RFC 6303 §4.3 to §4.6: unspecified, loopback, unique local, link-local, documentation.
            + ["0.\(zeros31)ip6.arpa.", loopback6, "d.f.ip6.arpa."]
            + ["8.e.f.ip6.arpa.", "9.e.f.ip6.arpa.", "a.e.f.ip6.arpa.", "b.e.f.ip6.arpa."]
            + ["8.b.d.0.1.0.0.2.ip6.arpa."]
        return names.compactMap { Name($0) }
    }
}
