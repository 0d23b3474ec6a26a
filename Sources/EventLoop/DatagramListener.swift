import CLinux
import Glibc
package import Primitives

/// Who answers the datagrams of a listener.
package protocol DatagramHandler: AnyObject {
    /// Called on the loop for all datagrams that came together, before `receive` of each in the same order: what many need
    /// from memory comes in the time that one takes.
    func expect(_ datagrams: ArrivedDatagrams)

    /// Called on the loop for each datagram; the buffers are valid during the call.
    ///
    /// Returns how many octets of `reply` (4096) to send back; 0 for no reply now.
    func receive(
        _ octets: UnsafeRawBufferPointer, from peer: PeerAddress,
        replyInto reply: UnsafeMutableRawBufferPointer
    ) -> Int
}

extension DatagramHandler {
    /// Nothing is to be brought.
    package func expect(_: ArrivedDatagrams) {}
}

/// Datagrams that came together; valid during the call that hands them over.
package struct ArrivedDatagrams {
    fileprivate let batch: OpaquePointer
    package let count: Int

    /// The octets of one of them.
    package subscript(index: Int) -> UnsafeRawBufferPointer {
        guard index >= 0, index < count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let place = Int32(truncatingIfNeeded: index)
        return UnsafeRawBufferPointer(
            start: afterglow_batch_octets(batch, place), count: afterglow_batch_count(batch, place))
    }
}

/// A UDP socket of a loop that reads and answers in batches of 64, without allocating for a datagram.
///
/// Several loops listen on one endpoint with SO_REUSEPORT. Replies leave from the address that was asked.
package final class DatagramListener: ReadinessSource {
    private enum State {
        case bound(Int32)
        case open(Registration, any DatagramHandler)
        case closed
    }

    /// Where the listener is bound, with the port that the kernel chose for port 0.
    package let localEndpoint: Endpoint
    private let loop: EventLoop
    private let batch: OpaquePointer
    private var state: State
    private var willFlush = false

    /// Binds to `endpoint`; can be called on any thread.
    package init(loop: EventLoop, endpoint: Endpoint) throws(SystemError) {
        self.loop = loop
        guard let batch = afterglow_batch_create() else { throw SystemError(.allocate, code: 12) }
        self.batch = batch
        var address = afterglow_address(endpoint)
        do {
            let descriptor = try SystemError.check(.listen, afterglow_udp_listen(&address))
            state = .bound(descriptor)
            _ = afterglow_local_address(descriptor, &address)
            localEndpoint = address.endpoint
        } catch {
            afterglow_batch_destroy(batch)
            throw error
        }
    }

    deinit {
        if case .bound(let descriptor) = state { _ = afterglow_close(descriptor) }
        afterglow_batch_destroy(batch)
    }

    /// Begins to read. On the loop only; once.
    package func start(_ handler: any DatagramHandler) throws(SystemError) {
        guard case .bound(let descriptor) = state else { return }
        state = .open(try loop.register(descriptor, for: .readable, self), handler)
    }

    /// Reads no more; replies still leave. On the loop only.
    package func pause() {
        guard case .open(let registration, _) = state else { return }
        loop.change(registration, to: [])
    }

    /// Closes the socket. On the loop only.
    package func stop() {
        guard case .open(let registration, _) = state else { return }
        flush()
        state = .closed
        loop.close(registration)
    }

    /// Sends a late reply at the end of the loop's iteration; longer than 4096 octets is dropped.
    package func send(_ octets: [UInt8], to peer: PeerAddress) {
        loop.checkIsolated()
        guard octets.count <= Int(AFTERGLOW_DATAGRAM_OCTETS), let reply = replyBuffer() else { return }
        reply.copyBytes(from: octets)
        queue(octets.count, peer)
    }

    func loopEnded() { stop() }

    func ready(_ readiness: Readiness) {
        for _ in 0..<Limits.batchesPerTurn {
            guard case .open(let registration, let handler) = state else { return }
            let count = afterglow_batch_receive(batch, registration.descriptor)
            guard count > 0 else {
                if count != -EAGAIN { _ = afterglow_socket_error(registration.descriptor) }
                return
            }
            handler.expect(ArrivedDatagrams(batch: batch, count: Int(count)))
            for index in 0..<count { receive(index, for: handler) }
            flush()
            // While several were answered more have come mostly; to see that by reading takes less than to wait for it anew.
            if count == 1 { return }
        }
    }

    /// Sends what is queued, in one system call.
    func flush() {
        willFlush = false
        guard case .open(let registration, _) = state else { return }
        _ = afterglow_batch_flush(batch, registration.descriptor)
    }

    /// Hands over one that has come, and queues its answer where there is one at once.
    private func receive(_ index: Int32, for handler: any DatagramHandler) {
        guard let reply = replyBuffer() else { return }
        let octets = UnsafeRawBufferPointer(
            start: afterglow_batch_octets(batch, index), count: afterglow_batch_count(batch, index))
        var storage = afterglow_peer()
        afterglow_batch_peer(batch, index, &storage)
        let count = handler.receive(octets, from: PeerAddress(storage), replyInto: reply)
        guard count > 0, count <= reply.count else { return }
        afterglow_batch_answer(batch, index, count, &storage)
    }

    private func replyBuffer() -> UnsafeMutableRawBufferPointer? {
        if afterglow_batch_reply_buffer(batch) == nil { flush() }
        guard let start = afterglow_batch_reply_buffer(batch) else { return nil }
        return UnsafeMutableRawBufferPointer(start: start, count: Int(AFTERGLOW_DATAGRAM_OCTETS))
    }

    private func queue(_ count: Int, _ peer: PeerAddress) {
        var storage = peer.storage
        afterglow_batch_queue(batch, count, &storage)
        guard !willFlush else { return }
        willFlush = true
        loop.flushAtEnd(self)
    }
}
