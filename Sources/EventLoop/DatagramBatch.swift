import CLinux
import Glibc
import Primitives

/// The memory that datagrams of one socket come into and leave from, 64 in a system call, without allocating for any.
struct DatagramBatch: ~Copyable {
    private let batch: OpaquePointer
    private let arrivals: UnsafeMutablePointer<afterglow_arrival>
    private let datagrams: UnsafeMutablePointer<ArrivedDatagram>
    private let replyCounts: UnsafeMutablePointer<Int>

    init() throws(SystemError) {
        guard let batch = afterglow_batch_create() else { throw SystemError(.allocate, code: 12) }
        self.batch = batch
        arrivals = .allocate(capacity: ArrivedDatagrams.countMax)
        datagrams = .allocate(capacity: ArrivedDatagrams.countMax)
        replyCounts = .allocate(capacity: ArrivedDatagrams.countMax)
    }

    deinit {
        afterglow_batch_destroy(batch)
        arrivals.deallocate()
        datagrams.deallocate()
        replyCounts.deallocate()
    }

    /// Reads what has come to a socket; nil where nothing has, or where the kernel told of an error, which is forgotten then.
    func receive(from descriptor: Int32) -> ArrivedDatagrams? {
        let count = Int(afterglow_batch_receive(batch, descriptor, arrivals))
        guard count > 0 else {
            if count != -Int(EAGAIN) { _ = afterglow_socket_error(descriptor) }
            return nil
        }
        for index in 0..<count {
            (datagrams + index).initialize(to: ArrivedDatagram(arrivals[index]))
            (replyCounts + index).initialize(to: 0)
        }
        return ArrivedDatagrams(
            UnsafeBufferPointer(start: datagrams, count: count),
            replyCounts: UnsafeMutableBufferPointer(start: replyCounts, count: count), in: batch)
    }

    /// Sends the replies to what was read last, in one system call.
    func reply(_ datagrams: ArrivedDatagrams, by descriptor: Int32) {
        let count = Int32(truncatingIfNeeded: datagrams.all.count)
        _ = afterglow_batch_reply(batch, descriptor, replyCounts, count)
    }

    /// Queues a late reply; false where the queue is full. One longer than 4096 octets is dropped.
    func queue(_ octets: [UInt8], to peer: PeerAddress) -> Bool {
        guard let room = afterglow_batch_queue_buffer(batch) else { return false }
        guard octets.count <= Int(AFTERGLOW_DATAGRAM_OCTETS) else { return true }
        UnsafeMutableRawBufferPointer(start: room, count: octets.count).copyBytes(from: octets)
        var storage = peer.storage
        afterglow_batch_queue(batch, octets.count, &storage)
        return true
    }

    /// Sends what is queued, in one system call.
    func flush(by descriptor: Int32) { _ = afterglow_batch_flush(batch, descriptor) }
}
