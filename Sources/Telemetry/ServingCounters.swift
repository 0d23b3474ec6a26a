/// Where an answer to a client came from.
public enum AnswerSource: UInt8, Sendable, CaseIterable {
    /// A finished answer, given where the datagram arrived.
    case answerCache
    /// Records that were in the cache.
    case recordCache
    /// The name servers of the zone.
    case nameServers
    /// Name servers in another network, while one of the zone's was away.
    case otherNetwork
    case localCopy
    case stale
    /// SERVFAIL, because nobody could be reached or what came was not right.
    case failure
    /// This resolver's own: special-use names, CHAOS, malformed queries.
    case ownAnswer
    /// REFUSED: not on the access list, or no recursion desired.
    case refused
    /// SERVFAIL, because too many queries were waiting.
    case shed

    /// The label that metrics have.
    public var label: String {
        switch self {
        case .answerCache: "answer_cache"
        case .recordCache: "record_cache"
        case .nameServers: "name_servers"
        case .otherNetwork: "other_network"
        case .localCopy: "local_copy"
        case .stale: "stale"
        case .failure: "failure"
        case .ownAnswer: "own_answer"
        case .refused: "refused"
        case .shed: "shed"
        }
    }
}

/// What came of an exchange with a name server.
public enum ExchangeResult: UInt8, Sendable, CaseIterable {
    case answered
    case silent
    case unreachable
    case refused
    /// This machine could not send.
    case localFailure

    public var label: String {
        switch self {
        case .answered: "answered"
        case .silent: "silent"
        case .unreachable: "unreachable"
        case .refused: "refused"
        case .localFailure: "local_failure"
        }
    }
}

/// How messages travel.
public enum CarriedBy: UInt8, Sendable, CaseIterable {
    case udp
    case tcp

    public var label: String { self == .udp ? "udp" : "tcp" }
}

/// What one worker has counted since it started: plain numbers that only its own thread touches, copied as a whole to
/// be read. Counting allocates nothing and takes no lock.
public struct ServingCounters: Sendable {
    /// Response codes that have a number of their own; those above, which only EDNS can carry, count as one.
    public static let responseCodes = 16
    private static let columns = responseCodes + 1

    private var waiting = InlineArray<2, UInt64>(repeating: 0)
    private var answers = InlineArray<170, UInt64>(repeating: 0)
    private var exchanges = InlineArray<10, UInt64>(repeating: 0)
    /// Answers that were asked for again before they ran out.
    public private(set) var prefetches: UInt64 = 0
    /// From a query that the answer cache could not answer to its answer.
    public private(set) var resolutionTime = LatencyHistogram()
    /// From a question to a name server to its answer.
    public private(set) var exchangeTime = LatencyHistogram()

    public init() {}

    /// Counts a query that the answer cache could not answer.
    public mutating func addQuery(over carrier: CarriedBy) { waiting[Int(carrier.rawValue)] &+= 1 }

    /// Counts a datagram that the answer cache answered, which is a query too.
    public mutating func addCached(responseCode: UInt8) { answers[Int(responseCode & 0x0F)] &+= 1 }

    /// Counts an answer.
    public mutating func addAnswer(from source: AnswerSource, responseCode: UInt16) {
        answers[Self.place(source, Int(min(responseCode, UInt16(Self.responseCodes))))] &+= 1
    }

    /// Counts the time that a resolution took.
    public mutating func addResolution(_ time: Duration) { resolutionTime.add(time) }

    /// Counts an answer that was asked for again before it ran out.
    public mutating func addPrefetch() { prefetches &+= 1 }

    /// Counts an exchange; `roundTrip` where it was answered.
    public mutating func addExchange(_ result: ExchangeResult, over carrier: CarriedBy, roundTrip: Duration?)
    {
        exchanges[Int(carrier.rawValue) * ExchangeResult.allCases.count + Int(result.rawValue)] &+= 1
        if let roundTrip { exchangeTime.add(roundTrip) }
    }

    /// Adds what another worker has counted.
    public mutating func add(_ other: ServingCounters) {
        for index in waiting.indices { waiting[index] &+= other.waiting[index] }
        for index in answers.indices { answers[index] &+= other.answers[index] }
        for index in exchanges.indices { exchanges[index] &+= other.exchanges[index] }
        prefetches &+= other.prefetches
        resolutionTime.add(other.resolutionTime)
        exchangeTime.add(other.exchangeTime)
    }

    /// All queries that came over a transport.
    public func queries(over carrier: CarriedBy) -> UInt64 {
        waiting[Int(carrier.rawValue)] &+ (carrier == .udp ? answers(from: .answerCache) : 0)
    }

    /// The answers from one source, whatever their response code.
    public func answers(from source: AnswerSource) -> UInt64 {
        (0..<Self.columns).reduce(0) { $0 &+ answers[Self.place(source, $1)] }
    }

    /// The answers from one source with one response code; `responseCodes` stands for all above.
    public func answers(from source: AnswerSource, responseCode: Int) -> UInt64 {
        (0..<Self.columns).contains(responseCode) ? answers[Self.place(source, responseCode)] : 0
    }

    /// The exchanges over a transport that came to one result.
    public func exchanges(_ result: ExchangeResult, over carrier: CarriedBy) -> UInt64 {
        exchanges[Int(carrier.rawValue) * ExchangeResult.allCases.count + Int(result.rawValue)]
    }

    private static func place(_ source: AnswerSource, _ responseCode: Int) -> Int {
        Int(source.rawValue) * columns + responseCode
    }
}
