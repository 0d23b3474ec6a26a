/// Where a worker's findings go. Called on the worker's thread for each of them: must not block.
package protocol ReachabilityRecorder: Sendable {
    /// Takes note of an exchange with a name server.
    func record(_ observation: Observation)
    /// Takes note of which servers serve a zone.
    func record(_ servers: ZoneServers)
    /// Takes note of what a client got.
    func record(_ service: ClientService)
}

/// The recorder where nobody keeps a log.
package struct NoRecorder: ReachabilityRecorder {
    package init() {}

    package func record(_ observation: Observation) {}

    package func record(_ servers: ZoneServers) {}

    package func record(_ service: ClientService) {}
}
