import Caching
import EventLoop

/// What datagrams that came together ask, read before the first of them is answered.
struct ArrivedQueries: ~Copyable {
    private let shapes: UnsafeMutablePointer<QueryShape?>
    private let tableHashes: UnsafeMutablePointer<UInt32>
    private var count = 0
    private var hashCount = 0

    init() {
        shapes = .allocate(capacity: ArrivedDatagrams.countMax)
        tableHashes = .allocate(capacity: ArrivedDatagrams.countMax)
    }

    deinit {
        shapes.deallocate()
        tableHashes.deallocate()
    }

    /// Where tables have what ordinary queries among them ask.
    var hashes: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: tableHashes, count: hashCount) }

    /// Reads what came in place of what was read before; what others ask than those on the access list is nothing ordinary.
    mutating func read(_ datagrams: ArrivedDatagrams, from access: borrowing AccessList, seed: UInt64) {
        (count, hashCount) = (min(datagrams.all.count, ArrivedDatagrams.countMax), 0)
        for index in 0..<count {
            let datagram = datagrams.all[index]
            let shape = access.allows(datagram.sender) ? QueryShape(datagram.octets, seed: seed) : nil
            (shapes + index).initialize(to: shape)
            guard let shape else { continue }
            (tableHashes + hashCount).initialize(to: shape.tableHash)
            hashCount += 1
        }
    }

    /// What one of them asks; nil where it is nothing ordinary.
    subscript(index: Int) -> QueryShape? { index >= 0 && index < count ? shapes[index] : nil }
}
