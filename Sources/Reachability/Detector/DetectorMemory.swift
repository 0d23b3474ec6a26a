public import Primitives

/// One server as it is remembered over a restart.
public struct RememberedServer: Sendable, Hashable {
    public var address: IPAddress
    public var network: NetworkIdentity
    /// A zone that it serves, for probes; lower-case presentation form, final dot included.
    public var zone: String?
    public var lastAnswer: Timestamp?
    public var udp: ServerBelief.Evidence
    public var tcp: ServerBelief.Evidence?

    public init(
        address: IPAddress, network: NetworkIdentity, zone: String?, lastAnswer: Timestamp?,
        udp: ServerBelief.Evidence, tcp: ServerBelief.Evidence? = nil
    ) {
        self.address = address
        self.network = network
        self.zone = zone
        self.lastAnswer = lastAnswer
        self.udp = udp
        self.tcp = tcp
    }
}

/// What the detector knows, as plain values: stored as it changes and given back after a restart.
public struct DetectorMemory: Sendable {
    public var servers: [RememberedServer] = []
    public var zones: [ZoneServers] = []
    /// The outages that go on or ended less than five minutes ago.
    public var outages: [Outage] = []

    public init(servers: [RememberedServer] = [], zones: [ZoneServers] = [], outages: [Outage] = []) {
        self.servers = servers
        self.zones = zones
        self.outages = outages
    }
}
