/// Where a worker's findings go. Called on the worker's thread for each of them: must not block.
public protocol ReachabilityRecorder: Sendable {
    /// Takes note of an exchange with a name server.
    func record(_ observation: Observation)
    /// Takes note of which servers serve a zone.
    func record(_ servers: ZoneServers)
    /// Takes note of what a client got.
    func record(_ service: ClientService)
}

/// The recorder where nobody keeps a log.
public struct NoRecorder: ReachabilityRecorder {
    public init() {}

    public func record(_ observation: Observation) {}

    public func record(_ servers: ZoneServers) {}

    public func record(_ service: ClientService) {}
}
