import GRDB
package import Primitives
package import Reachability

/// What the log remembers of servers and zones, for those who ask what goes with a network.
extension JournalReader {
    /// The servers seen since a time, with the networks that they are in.
    package func knownServers(since: Timestamp) throws -> [KnownServer] {
        try reading { try KnownServer.all(in: $0, since: since.seconds) }
    }

    /// The servers seen since a time by their addresses, with the networks that they are in and when they were seen.
    package func knownNetworks(since: Timestamp) throws -> [(IPAddress, NetworkIdentity, seen: Timestamp)] {
        try reading { database in
            try KnownServer.rows(in: database, since: since.seconds).map {
                ($0.address, $0.network, $0.lastSeen)
            }
        }
    }

    /// The zones seen since a time with their name servers, the newest first, at most 50,000.
    package func knownZones(since: Timestamp) throws -> [ZoneServers] {
        try reading { try ZoneServers.all(in: $0, since: since.seconds) }
    }
}
