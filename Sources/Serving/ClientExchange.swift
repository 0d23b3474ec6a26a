import DNSWire
import Primitives

/// A client's query that is being resolved.
///
/// Unchecked because it is confined to the worker's loop.
final class ClientExchange: @unchecked Sendable {
    /// Whether the client has its answer: decided once, by whoever comes first.
    enum State { case waiting, answered }

    let message: Message
    let question: Question
    let octets: [UInt8]
    let client: Worker.Client
    let holder: Admission.Holder
    let began: Instant
    var state = State.waiting

    init(
        message: Message, question: Question, octets: [UInt8], client: Worker.Client,
        holder: Admission.Holder,
        began: Instant
    ) {
        self.message = message
        self.question = question
        self.octets = octets
        self.client = client
        self.holder = holder
        self.began = began
    }
}
