/// What datagrams that came together ask, read before the first of them is answered.
struct ExpectedQueries: ~Copyable {
    /// As many datagrams as come together at most; more are read when their turn comes.
    private static let room = 64

    private struct Expected {
        let start: UnsafeRawPointer?
        let shape: QueryShape?
    }

    private let queries: UnsafeMutablePointer<Expected>
    private let tableHashes: UnsafeMutablePointer<UInt32>
    private var hashCount = 0
    private var count = 0
    private var next = 0

    init() {
        queries = .allocate(capacity: Self.room)
        tableHashes = .allocate(capacity: Self.room)
    }

    deinit {
        queries.deallocate()
        tableHashes.deallocate()
    }

    /// Where tables have what ordinary queries among them ask.
    var hashes: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: tableHashes, count: hashCount) }

    mutating func removeAll() { (hashCount, count, next) = (0, 0, 0) }

    /// Notes what a datagram asks; nil where it is nothing ordinary.
    mutating func add(_ shape: QueryShape?, of octets: UnsafeRawBufferPointer) {
        guard count < Self.room else { return }
        (queries + count).initialize(to: Expected(start: octets.baseAddress, shape: shape))
        count += 1
        guard let shape else { return }
        (tableHashes + hashCount).initialize(to: shape.tableHash)
        hashCount += 1
    }

    /// What the next datagram asks, where it is the one that was noted next.
    mutating func take(_ octets: UnsafeRawBufferPointer) -> QueryShape? {
        guard next < count, queries[next].start == octets.baseAddress else { return nil }
        next += 1
        return queries[next - 1].shape
    }
}
