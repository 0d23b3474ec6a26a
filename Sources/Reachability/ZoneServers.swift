public import Primitives

/// The name servers of one zone and their addresses, as a delegation or the zone itself gave them.
public struct ZoneServers: Sendable, Hashable {
    /// A name server's name, in lower-case presentation form, final dot included, and one of its addresses.
    public struct Server: Sendable, Hashable {
        public var name: String
        public var address: IPAddress

        public init(name: String, address: IPAddress) {
            self.name = name
            self.address = address
        }
    }

    /// In lower-case presentation form, final dot included.
    public var zone: String
    public var servers: [Server]
    public var time: Timestamp

    public init(zone: String, servers: [Server], time: Timestamp) {
        self.zone = zone
        self.servers = servers
        self.time = time
    }
}
