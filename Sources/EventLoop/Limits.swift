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
    /// Exchanges that one socket serves before its port is given up. A sixteenth of the cost of a socket is little, and each
    /// exchange has an ID and letter case of its own anyway.
    static let exchangesPerSocket = 16
    /// How long a socket serves: too short to find its port by asking 64,512 of them (the SAD DNS attack, CVE-2020-25705,
    /// tries about 1,000 a second).
    static let socketAge = Duration.seconds(1)
    /// Sockets kept open without an exchange under way, of a loop's descriptors.
    static let idleSockets = 256
    /// Batches read from one datagram socket before other sockets get their turn.
    static let batchesPerTurn = 4
    /// Reads from one stream, each of up to a largest message, before other sockets and timers get their turn.
    static let readsPerTurn = 4
    /// How long an error of accept, as of missing descriptors, pauses a listener.
    static let acceptPause = Duration.milliseconds(100)
}
