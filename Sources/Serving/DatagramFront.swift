import Caching
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

    /// What the datagrams that came together ask.
    @exclusivity(unchecked) private var queries = ArrivedQueries()

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

    /// Answers what can be answered at once of datagrams that came together; `others` is called with each of the rest.
    func answer(_ datagrams: ArrivedDatagrams, on loop: EventLoop, others: (Int) -> Void) {
        queries.read(datagrams, from: access, seed: seed)
        if datagrams.all.count >= Self.worthExpecting { answers.expect(queries.hashes) }
        let now = loop.now
        for (index, datagram) in datagrams.all.enumerated() {
            guard let shape = queries[index] else {
                others(index)
                continue
            }
            let count = answer(datagram, shape, at: now, on: loop)
            datagrams.replyCounts[index] = count
            if count == 0 { others(index) }
        }
    }

    /// Of fewer the first would wait for the others in vain.
    private static let worthExpecting = 2

    /// Writes the answer to one of them and returns its length; 0 when it must go the long way.
    private func answer(
        _ datagram: ArrivedDatagram, _ shape: QueryShape, at now: Instant, on loop: EventLoop
    ) -> Int {
        let reply = datagram.replyRoom
        let count = answers.answer(datagram.octets, shape, into: reply, at: now)
        if count > 3 { counters.addCached(responseCode: reply[3]) }
        guard count > 0, shape.hasCookie, let cookies else { return count }
        return cookies.append(
            to: reply, count: count, limit: shape.limit,
            answering: UnsafeRawBufferPointer(rebasing: datagram.octets[shape.cookie]), from: datagram.sender,
            at: loop.wallTime)
    }
}
