/// The counters of one worker, where it counts.
///
/// Unchecked because it is confined to the worker's loop, like all that counts in it; others get a copy that was made
/// there.
package final class WorkerCounters: @unchecked Sendable {
    @exclusivity(unchecked) package private(set) var value = ServingCounters()

    package init() {}

    package func addQuery(over transport: CarriedBy) { value.addQuery(over: transport) }

    package func addCached(responseCode: UInt8) { value.addCached(responseCode: responseCode) }

    package func addAnswer(from source: AnswerSource, responseCode: UInt16) {
        value.addAnswer(from: source, responseCode: responseCode)
    }

    package func addResolution(_ duration: Duration) { value.addResolution(duration) }

    package func addPrefetch() { value.addPrefetch() }

    package func addExchange(_ result: ExchangeResult, over transport: CarriedBy, roundTrip: Duration?) {
        value.addExchange(result, over: transport, roundTrip: roundTrip)
    }
}
