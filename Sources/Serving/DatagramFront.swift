import Primitives

/// Answers a datagram from the answer cache where it arrives, without entering the worker's actor: each entry
/// from outside would allocate its closure.
///
/// Unchecked because it is confined to the worker's loop, as the sockets that call it are.
final class DatagramFront: @unchecked Sendable {
    let answers: AnswerCache
    /// The clients that are answered.
    var access: AccessList

    init(access: AccessList, answerMemory: Int) {
        self.access = access
        answers = AnswerCache(memory: answerMemory)
    }

    /// Writes the answer into `reply` and returns its length; 0 when the datagram must go the long way.
    func answer(
        _ octets: UnsafeRawBufferPointer, from client: IPAddress, into reply: UnsafeMutableRawBufferPointer,
        at now: Instant
    ) -> Int {
        guard access.allows(client), let shape = QueryShape(octets) else { return 0 }
        return answers.answer(octets, shape, into: reply, at: now)
    }
}
