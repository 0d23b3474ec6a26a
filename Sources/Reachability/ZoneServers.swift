package import Primitives

/// The name servers of one zone and their addresses, as a delegation or the zone itself gave them.
package struct ZoneServers: Sendable, Hashable {
    /// A name server's name, in lower-case presentation form, final dot included, and one of its addresses.
    package struct Server: Sendable, Hashable {
        package var name: String
        package var address: IPAddress

        package init(name: String, address: IPAddress) {
            self.name = name
            self.address = address
        }
    }

    /// In lower-case presentation form, final dot included.
    package var zone: String
    package var servers: [Server]
    package var time: Timestamp

    package init(zone: String, servers: [Server], time: Timestamp) {
        self.zone = zone
        self.servers = servers
        self.time = time
    }
}
