import EventLoop
import Primitives
import Telemetry

/// Answers a datagram from the answer cache where it arrives, without entering the worker's actor: each entry
/// from outside would allocate its closure.
///
/// Unchecked because it is confined to the worker's loop, as the sockets that call it are.
final class DatagramFront: @unchecked Sendable {
    let answers: AnswerCache
    /// What the worker counts.
    let counters = WorkerCounters()
    /// The clients that are answered.
    var access: AccessList
    /// The cookies that answers carry; nil for none.
    var cookies: ServerCookies?

    init(access: AccessList, cookies: ServerCookies?, answerMemory: Int) {
        self.access = access
        self.cookies = cookies
        answers = AnswerCache(memory: answerMemory)
    }

    /// Writes the answer into `reply` and returns its length; 0 when the datagram must go the long way.
    func answer(
        _ octets: UnsafeRawBufferPointer, from client: IPAddress, into reply: UnsafeMutableRawBufferPointer,
        on loop: EventLoop
    ) -> Int {
        guard access.allows(client), let shape = QueryShape(octets) else { return 0 }
        let count = answers.answer(octets, shape, into: reply, at: loop.now)
        if count > 3 { counters.value.addCached(responseCode: reply[3]) }
        guard count > 0, !shape.cookie.isEmpty, let cookies else { return count }
        return cookies.append(
            to: reply, count: count, limit: shape.limit,
            answering: UnsafeRawBufferPointer(rebasing: octets[shape.cookie]), from: client, at: loop.wallTime
        )
    }
}
