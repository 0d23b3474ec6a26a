package import Primitives

/// One server as it is remembered over a restart.
package struct RememberedServer: Sendable, Hashable {
    package var address: IPAddress
    package var network: NetworkIdentity
    /// A zone that it serves, for probes; lower-case presentation form, final dot included.
    package var zone: String?
    package var lastAnswer: Timestamp?
    package var udp: ServerBelief.Evidence
    package var tcp: ServerBelief.Evidence?

    package init(
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
package struct DetectorMemory: Sendable {
    package var servers: [RememberedServer] = []
    package var zones: [ZoneServers] = []
    /// The outages that go on or ended less than five minutes ago.
    package var outages: [Outage] = []

    package init(servers: [RememberedServer] = [], zones: [ZoneServers] = [], outages: [Outage] = []) {
        self.servers = servers
        self.zones = zones
        self.outages = outages
    }
}
