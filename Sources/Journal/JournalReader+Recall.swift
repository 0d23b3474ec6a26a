import GRDB
package import Primitives
package import Reachability

/// What the log remembers of servers and zones, for those who ask what goes with a network.
extension JournalReader {
    /// The servers seen since a time, with the networks that they are in.
    package func knownServers(since: Timestamp) throws -> [KnownServer] {
        try reading { try KnownServer.all(in: $0, since: since.seconds) }
    }

    /// The zones seen since a time with their name servers, the newest first, at most 50,000.
    package func knownZones(since: Timestamp) throws -> [ZoneServers] {
        try reading { try ZoneServers.all(in: $0, since: since.seconds) }
    }
}
