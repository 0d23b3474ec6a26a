import DNSWire
import Primitives
import Zones

extension WorldBuilder {
    /// What a leaf zone holds, and the questions that try each part of it.
    mutating func fill(_ leaf: Name, others: [Name], index: Int) {
        let ttl = UInt32(30 + random.below(600))
        let other = others[random.below(others.count)]
        func name(_ text: String) -> Name {
            text.split(separator: ".").reversed().reduce(leaf) { Self.child(String($1), $0) }
        }
        let host = IPAddress(ipv4: 0x0B00_0000 | UInt32(index) << 8 | 1)
        var zone: [Record] = [
            .address(leaf, host, ttl: ttl),
            .address(name("www"), host, ttl: ttl),
            .address(name("www"), IPAddress(ipv6High: 0x2A00_FFFF << 32, low: UInt64(index)), ttl: ttl),
            .text(name("a.b.c"), "deep", ttl: ttl),
            .text(name("*.wild"), "wild", ttl: ttl),
            .pointer(name("alias"), .cname, to: Self.child("www", other), ttl: ttl),
        ]
        // An alias of an alias, only towards later zones so that no chain is longer than a resolver follows.
        if index + 1 < others.count, index % 3 != 2 {
            zone.append(.pointer(name("far"), .cname, to: Self.child("far", others[index + 1]), ttl: ttl))
        } else {
            zone.append(.address(name("far"), host, ttl: ttl))
        }
        zone.append(.pointer(name("moved"), .dname, to: other, ttl: ttl))
        zone.append(.text(name("large"), String(repeating: "x", count: 250), ttl: ttl))
        for part in 0..<8 {
            zone.append(.text(name("large"), "\(part)" + String(repeating: "y", count: 240), ttl: ttl))
        }
        records[leaf, default: []] += zone
        questions += [
            Question(leaf, .a), Question(leaf, .mx), Question(leaf, .ns), Question(name("www"), .a),
            Question(name("www"), .aaaa), Question(name("no"), .a), Question(name("b.c"), .a),
            Question(name("x.wild"), .txt), Question(name("y.x.wild"), .a), Question(name("alias"), .a),
            Question(name("far"), .a), Question(name("www.moved"), .a), Question(name("no.moved"), .a),
            Question(name("large"), .txt),
        ]
    }
}
