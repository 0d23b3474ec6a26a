/// The bounds of what a worker gives to the network.
enum Limits {
    /// Readiness reports taken from the kernel at once; the shim holds no more.
    static let eventsPerWait = 256
    /// Rounds over the queue of jobs before sockets get their turn again.
    static let jobRounds = 16
    /// The largest message or datagram: the 16-bit length of RFC 1035 §4.2.2.
    static let messageOctets = 65_535
    /// Random octets taken from the kernel by one getrandom call.
    static let randomOctets = 4096
    /// Foreign datagrams one exchange looks at; more are an attempt to guess the ID.
    static let mismatchesPerExchange = 16
    /// Source ports tried before the kernel chooses one.
    static let portAttempts = 8
    /// Batches read from one datagram socket before other sockets get their turn.
    static let batchesPerTurn = 4
    /// Reads from one stream, each of up to a largest message, before other sockets and timers get their turn.
    static let readsPerTurn = 4
    /// How long an error of accept, as of missing descriptors, pauses a listener.
    static let acceptPause = Duration.milliseconds(100)
}
