import Foundation
import Primitives
import RoutingWire

/// An MRT table as the Internet's looks: prefix lengths, nesting, few large origins and many small ones; from a seed.
struct TableMaker {
    private struct Speaker {
        let address: UInt32
        let number: UInt32
    }

    var random = SeededGenerator(seed: 6396)
    private let speakers: [Speaker]
    private var numbers: [UInt32] = []
    private var transit: [UInt32] = []
    private var octets: [UInt8] = []
    private var sequence: UInt32 = 0

    private init(peers: Int) {
        speakers = (0..<UInt32(peers)).map { Speaker(address: 0xC000_0201 + $0, number: 64500 + $0) }
        numbers = (0..<76_000).map { _ in UInt32.random(in: 1000..<400_000, using: &random) }
        transit = (0..<400).map { _ in UInt32.random(in: 100..<60_000, using: &random) }
    }

    /// - Parameter peers: at most 250.
    static func run(_ path: String, ipv4: Int, ipv6: Int, peers: Int) throws {
        var maker = TableMaker(peers: min(250, max(1, peers)))
        maker.addPeers()
        // What lies around 127.0.0.0/8, which routers refuse.
        for (first, last) in [(UInt64(1), UInt64(127)), (128, 224)] {
            maker.walk(
                from: first << 24, to: last << 24, width: 32, inner: 24,
                count: last == 224 ? ipv4 - Int(maker.sequence) : ipv4 * 126 / 222,
                lengths: [
                    (24, 640), (23, 90), (22, 120), (21, 40), (20, 40), (19, 25), (18, 13), (17, 7),
                    (16, 12), (15, 2),
                ]
            ) { Prefix(IPAddress(ipv4: UInt32(truncatingIfNeeded: $0)), length: $1) }
        }
        maker.addIPv6(ipv6)
        try Data(maker.octets).write(to: URL(fileURLWithPath: path))
        print("make: \(maker.sequence) prefixes from \(maker.speakers.count) peers in \(path)")
    }

    /// Blocks in ascending order, some with more specific ones inside.
    private mutating func walk(
        from first: UInt64, to last: UInt64, width: Int, inner: Int, count: Int,
        lengths: [(Int, Int)], prefix: (UInt64, Int) -> Prefix
    ) {
        let gap = max(2, (last - first) / UInt64(max(1, count)))
        let step = UInt64(1) << UInt64(width - inner)
        var address = first
        var made = 0
        while made < count, address < last {
            let length = weighted(lengths)
            let size = UInt64(1) << UInt64(width - length)
            address = (address + size - 1) / size * size
            guard address + size <= last else { return }
            let owner = origin()
            add(prefix(address, length), owner)
            made += 1
            if length < inner, chance(of: 0.3) {
                var inside = address
                for _ in 0..<Int.random(in: 1..<9, using: &random)
                where inside < address + size && made < count {
                    add(prefix(inside, inner), chance(of: 0.9) ? owner : origin())
                    made += 1
                    inside += step * (chance(of: 1 / 3) ? 2 : 1)
                }
            }
            address += size + UInt64.random(in: 0..<gap / 2, using: &random)
        }
    }

    /// One of some values, as often as its weight says.
    mutating func weighted(_ values: [(Int, Int)]) -> Int {
        var drawn = Int.random(in: 0..<values.reduce(0) { $0 + $1.1 }, using: &random)
        for (value, weight) in values {
            drawn -= weight
            if drawn < 0 { return value }
        }
        return values.last?.0 ?? 0
    }

    mutating func chance(of share: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < share
    }

    mutating func origin() -> UInt32 {
        let drawn = -log(1 - Double.random(in: 0..<1, using: &random)) * 9000
        return numbers[min(Int(drawn), numbers.count - 1)]
    }

    // MARK: Records (RFC 6396)

    private mutating func addRecord(subtype: UInt16, _ body: [UInt8]) {
        octets.appendUInt32(UInt32(truncatingIfNeeded: TableBenchmark.start.seconds))
        octets.appendUInt16(13)
        octets.appendUInt16(subtype)
        octets.appendUInt32(UInt32(body.count))
        octets += body
    }

    private mutating func addPeers() {
        var body: [UInt8] = [192, 0, 2, 254, 0, 0]
        body.appendUInt16(UInt16(speakers.count))
        for speaker in speakers {
            body += [2, 10, 0, 0, 1]
            body.appendUInt32(speaker.address)
            body.appendUInt32(speaker.number)
        }
        addRecord(subtype: 1, body)
    }

    mutating func add(_ prefix: Prefix, _ origin: UInt32) {
        var path = (0..<([1, 2, 2, 3, 3, 4].randomElement(using: &random) ?? 2)).map { _ in
            transit.randomElement(using: &random) ?? 3356
        }
        path += chance(of: 0.08) ? [origin, origin] : [origin]
        let marks = (0..<([0, 2, 4, 8].randomElement(using: &random) ?? 0)).map { _ in
            UInt32.random(in: 0...UInt32.max, using: &random)
        }
        var holders = speakers.indices.filter { _ in speakers.count == 1 || !chance(of: 0.03) }
        if holders.isEmpty { holders = [0] }
        var body: [UInt8] = []
        body.appendUInt32(sequence)
        body.appendPrefix(prefix)
        body.appendUInt16(UInt16(holders.count))
        for holder in holders {
            let attributes = attributes([speakers[holder].number] + path, marks, prefix.address.family)
            body.appendUInt16(UInt16(holder))
            body.appendUInt32(UInt32(truncatingIfNeeded: TableBenchmark.start.seconds))
            body.appendUInt16(UInt16(attributes.count))
            body += attributes
        }
        addRecord(subtype: prefix.address.family == .ipv4 ? 2 : 4, body)
        sequence += 1
    }

    /// ORIGIN, AS_PATH, the next hop and COMMUNITIES.
    private func attributes(_ path: [UInt32], _ marks: [UInt32], _ family: AddressFamily) -> [UInt8] {
        var octets: [UInt8] = [0x40, 1, 1, 0, 0x40, 2, UInt8(2 + 4 * path.count), 2, UInt8(path.count)]
        for number in path { octets.appendUInt32(number) }
        if family == .ipv4 { octets += [0x40, 3, 4, 192, 0, 2, 1] }
        if !marks.isEmpty {
            octets += [0xC0, 8, UInt8(4 * marks.count)]
            for mark in marks { octets.appendUInt32(mark) }
        }
        if family == .ipv6 {
            // Cut to the next hop, as tables have it.
            octets += [0x80, 14, 17, 16] + IPAddress(ipv6High: 0x2001_0DB8 << 32, low: 1).octets
        }
        return octets
    }
}
