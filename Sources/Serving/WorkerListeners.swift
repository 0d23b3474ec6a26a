package import EventLoop
package import Primitives

/// The sockets of one worker: each listens on one endpoint over UDP and TCP.
package final class WorkerListeners: DatagramHandler, StreamHandler, @unchecked Sendable {
    // Confined to the worker's loop once started; the worker is told that it is on its loop.
    private let worker: Worker
    private let loop: EventLoop
    private let front: DatagramFront
    private let datagrams: DatagramListener?
    private let streams: StreamListener?
    private let waiting = WaitingQueries()

    package init(worker: Worker, endpoint: Endpoint, udp: Bool, tcp: Bool) throws(SystemError) {
        self.worker = worker
        loop = worker.loop
        front = worker.front
        datagrams = udp ? try DatagramListener(loop: worker.loop, endpoint: endpoint) : nil
        streams = tcp ? try StreamListener(loop: worker.loop, endpoint: endpoint) : nil
    }

    /// Begins to read; on the worker's loop.
    package func start() throws(SystemError) {
        loop.addBacklog { [weak self] in self?.workOff() ?? false }
        try datagrams?.start(self)
        try streams?.start(self)
    }

    /// Takes no more queries and connections; answers still leave. On the worker's loop.
    package func pause() {
        datagrams?.pause()
        streams?.pause()
    }

    /// Closes the sockets; on the worker's loop.
    package func stop() {
        datagrams?.stop()
        streams?.stop()
    }

    package func receive(_ datagrams: ArrivedDatagrams) {
        guard self.datagrams != nil else { return }
        front.answer(datagrams, on: loop) { index in
            // Whatever needs a resolution waits until all that has come was looked at.
            if waiting.add(datagrams.all[index].octets, from: datagrams.peer(of: index)) {
                loop.backlogGrew()
            }
        }
    }

    /// Begins some of the resolutions that wait; whether more are left.
    private func workOff() -> Bool {
        guard let datagrams else { return false }
        // The listener stays on this loop, which is the worker's executor.
        nonisolated(unsafe) let listener = datagrams
        for _ in 0..<WaitingQueries.perTurn {
            guard let (octets, peer) = waiting.take() else { return false }
            worker.assumeIsolated { $0.receive(octets, from: peer, listener: listener) }
        }
        return !waiting.isEmpty
    }

    package func answer(
        _ message: UnsafeRawBufferPointer, from peer: Endpoint, into reply: UnsafeMutableRawBufferPointer
    ) -> Int { front.answer(message, ofStreamFrom: peer.address, into: reply, on: loop) }

    package func receive(_ message: [UInt8], from peer: Endpoint, on connection: StreamConnection) {
        nonisolated(unsafe) let connection = connection
        let isAnswered = worker.assumeIsolated {
            $0.receive(message, from: peer, idle: connection.limits.idle) { connection.send($0) }
        }
        if !isAnswered { connection.close() }
    }
}
