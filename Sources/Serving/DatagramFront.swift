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
    /// Keeps clients from choosing questions that meet in the table.
    let seed = UInt64.random(in: .min ... .max)
    /// The clients that are answered.
    @exclusivity(unchecked) var access: AccessList
    /// The cookies that answers carry; nil for none.
    @exclusivity(unchecked) var cookies: ServerCookies?

    /// The shapes of the datagrams that came together, and how many of them have been answered.
    @exclusivity(unchecked) private var expected = ExpectedQueries()

    init(access: AccessList, cookies: ServerCookies?, answerMemory: Int) {
        self.access = access
        self.cookies = cookies
        answers = AnswerCache(memory: answerMemory)
    }

    /// Writes the answer to a message over a stream into `reply` and returns its length; 0 when it must go the long way, as all
    /// with options must.
    func answer(
        _ message: UnsafeRawBufferPointer, ofStreamFrom client: IPAddress,
        into reply: UnsafeMutableRawBufferPointer, on loop: EventLoop
    ) -> Int {
        guard access.allows(client), let shape = QueryShape(message, seed: seed),
            message.count <= shape.questionEnd + QueryShape.emptyOPTOctets
        else { return 0 }
        let count = answers.answer(message, shape, into: reply, at: loop.now)
        guard count > 3 else { return 0 }
        counters.addCached(responseCode: reply[3])
        return count
    }

    /// Reads the questions of datagrams that came together, and begins to bring their answers.
    func expect(_ datagrams: ArrivedDatagrams) {
        expected.removeAll()
        guard datagrams.count >= Self.worthExpecting else { return }
        for index in 0..<datagrams.count {
            let octets = datagrams[index]
            expected.add(QueryShape(octets, seed: seed), of: octets)
        }
        answers.expect(expected)
    }

    /// Of fewer the first would wait for the others in vain.
    private static let worthExpecting = 4

    /// Writes the answer into `reply` and returns its length; 0 when the datagram must go the long way.
    func answer(
        _ octets: UnsafeRawBufferPointer, from client: IPAddress, into reply: UnsafeMutableRawBufferPointer,
        on loop: EventLoop
    ) -> Int {
        guard access.allows(client),
            let shape = expected.take(octets) ?? QueryShape(octets, seed: seed)
        else { return 0 }
        let count = answers.answer(octets, shape, into: reply, at: loop.now)
        if count > 3 { counters.addCached(responseCode: reply[3]) }
        guard count > 0, !shape.cookie.isEmpty, let cookies else { return count }
        return cookies.append(
            to: reply, count: count, limit: shape.limit,
            answering: UnsafeRawBufferPointer(rebasing: octets[shape.cookie]), from: client, at: loop.wallTime
        )
    }
}
