/// The counters of one worker, where it counts.
///
/// Unchecked because it is confined to the worker's loop, like all that counts in it; others get a copy that was made
/// there.
public final class WorkerCounters: @unchecked Sendable {
    @exclusivity(unchecked) public private(set) var value = ServingCounters()

    public init() {}

    public func addQuery(over transport: CarriedBy) { value.addQuery(over: transport) }

    public func addCached(responseCode: UInt8) { value.addCached(responseCode: responseCode) }

    public func addAnswer(from source: AnswerSource, responseCode: UInt16) {
        value.addAnswer(from: source, responseCode: responseCode)
    }

    public func addResolution(_ duration: Duration) { value.addResolution(duration) }

    public func addPrefetch() { value.addPrefetch() }

    public func addExchange(_ result: ExchangeResult, over transport: CarriedBy, roundTrip: Duration?) {
        value.addExchange(result, over: transport, roundTrip: roundTrip)
    }
}
