/// What datagrams that came together ask, read before the first of them is answered.
struct ExpectedQueries: ~Copyable {
    /// As many datagrams as come together at most; more are read when their turn comes.
    private static let room = 64

    private struct Expected {
        let start: UnsafeRawPointer?
        let shape: QueryShape?
    }

    private let queries: UnsafeMutablePointer<Expected>
    private var count = 0
    private var next = 0

    init() { queries = .allocate(capacity: Self.room) }

    deinit { queries.deallocate() }

    mutating func removeAll() { (count, next) = (0, 0) }

    /// Notes what a datagram asks; nil where it is nothing ordinary.
    mutating func add(_ shape: QueryShape?, of octets: UnsafeRawBufferPointer) {
        guard count < Self.room else { return }
        (queries + count).initialize(to: Expected(start: octets.baseAddress, shape: shape))
        count += 1
    }

    func forEach(_ body: (QueryShape) -> Void) {
        for index in 0..<count {
            if let shape = queries[index].shape { body(shape) }
        }
    }

    /// What the next datagram asks, where it is the one that was noted next.
    mutating func take(_ octets: UnsafeRawBufferPointer) -> QueryShape? {
        guard next < count, queries[next].start == octets.baseAddress else { return nil }
        next += 1
        return queries[next - 1].shape
    }
}
