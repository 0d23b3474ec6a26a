public import Primitives

/// What many observations of one bucket of time come to, by server, transport and zone: a busy resolver asks the same
/// servers thousands of times a second, and what the log does for each of these groups it need not do for each exchange.
///
/// Nothing is lost by it: rows, beliefs and sightings become what they would have become one observation after the other.
public struct ObservationDigest: Sendable {
    /// The observations of one server and transport for one zone.
    public struct Group: Sendable {
        /// The first of them.
        public let first: Observation
        public fileprivate(set) var tally = OutcomeTally()
        /// When the last of them was, in seconds since 1970.
        public fileprivate(set) var last: Int64
        /// When the last answer came that was none of a lame server.
        public fileprivate(set) var lastAnswer: Int64?
        /// The number of the last observation whose ICMP error had a sender; 0 where none had.
        fileprivate var lastUnreachable = 0
        fileprivate let place: Int

        public var server: Server { Server(address: first.server, transport: first.transport) }
    }

    /// A server as it is asked over one transport.
    public struct Server: Hashable, Sendable {
        public let address: IPAddress
        public let transport: Transport

        public init(address: IPAddress, transport: Transport) {
            self.address = address
            self.transport = transport
        }
    }

    private struct Key: Hashable {
        let server: Server
        let zone: String
    }

    /// The best that a server gave in the second that it was last seen in.
    private struct Sight {
        var second = Int64.min
        var evidence = ServerEvidence.failed
    }

    private var found: [Group] = []
    private var keys: [Key] = []
    private var places: [Key: Int] = [:]
    /// The groups that were looked up last: mostly they are meant again, and hashing a name is most of a look-up.
    private var recent = [Int](repeating: -1, count: 64)
    private var sights: [Sight] = []
    private var serverPlaces: [Server: Int] = [:]
    private var count = 0

    /// The servers, in the order in which they were first seen.
    public private(set) var servers: [Server] = []
    /// The observations that say something new about their server: of those within one second, only what says more than
    /// those before (see `ServerBelief`).
    public private(set) var telling: [Observation] = []
    /// When the latest observation was.
    public private(set) var newest = Timestamp(milliseconds: .min)

    public init() {}

    public var isEmpty: Bool { found.isEmpty }

    /// The groups, in the order in which their last ICMP errors came, so that the sender of the last one is the last to count.
    public var groups: [Group] {
        // The sort is stable: without errors they stay as they were first seen.
        found.contains { $0.lastUnreachable > 0 }
            ? found.sorted { $0.lastUnreachable < $1.lastUnreachable } : found
    }

    /// Takes in one observation, which has to belong to the same bucket of time as the others.
    public mutating func add(_ observation: Observation) {
        count += 1
        let place = self.place(of: observation)
        let second = observation.time.seconds
        found[place].tally.count(observation.outcome)
        found[place].last = second
        if observation.time > newest { newest = observation.time }
        switch observation.outcome {
        case .answered: found[place].lastAnswer = second
        case .unreachable(.some): found[place].lastUnreachable = count
        default: break
        }
        guard let evidence = observation.evidence else { return }
        let server = found[place].place
        guard sights[server].second != second || sights[server].evidence < evidence else { return }
        sights[server] = Sight(second: second, evidence: evidence)
        telling.append(observation)
    }

    private mutating func place(of observation: Observation) -> Int {
        let mixed =
            observation.server.low ^ observation.server.high &* 31 &+ UInt64(observation.zone.utf8.count)
        let slot = Int(truncatingIfNeeded: (mixed ^ mixed >> 6) & 63)
        let guess = recent[slot]
        if guess >= 0, keys[guess].server.address == observation.server,
            keys[guess].server.transport == observation.transport, keys[guess].zone == observation.zone
        {
            return guess
        }
        let place = self.lookUp(observation)
        recent[slot] = place
        return place
    }

    private mutating func lookUp(_ observation: Observation) -> Int {
        let server = Server(address: observation.server, transport: observation.transport)
        let key = Key(server: server, zone: observation.zone)
        if let known = places[key] { return known }
        let place = serverPlaces[server] ?? servers.count
        if place == servers.count {
            serverPlaces[server] = place
            servers.append(server)
            sights.append(Sight())
        }
        places[key] = found.count
        keys.append(key)
        found.append(Group(first: observation, last: observation.time.seconds, place: place))
        return found.count - 1
    }
}
