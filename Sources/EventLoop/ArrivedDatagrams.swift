import CLinux
public import Primitives

/// One datagram that came with others, and room for its reply.
public struct ArrivedDatagram {
    public let octets: UnsafeRawBufferPointer
    /// The address that it came from.
    public let sender: IPAddress
    /// 4096 octets.
    public let replyRoom: UnsafeMutableRawBufferPointer

    init(_ arrival: afterglow_arrival) {
        octets = UnsafeRawBufferPointer(start: arrival.octets, count: arrival.count)
        sender = arrival.sender.address
        replyRoom = UnsafeMutableRawBufferPointer(
            start: arrival.reply, count: Int(AFTERGLOW_DATAGRAM_OCTETS))
    }
}

/// Datagrams that came together on a listener; valid during the call that hands them over.
public struct ArrivedDatagrams {
    /// As many as come together at most.
    public static let countMax = Int(AFTERGLOW_BATCH)

    public let all: UnsafeBufferPointer<ArrivedDatagram>
    /// How many octets of each one's room are its reply, which leaves with the others' after the call; 0 at first, for none.
    public let replyCounts: UnsafeMutableBufferPointer<Int>
    private let batch: OpaquePointer

    init(
        _ all: UnsafeBufferPointer<ArrivedDatagram>, replyCounts: UnsafeMutableBufferPointer<Int>,
        in batch: OpaquePointer
    ) {
        self.all = all
        self.replyCounts = replyCounts
        self.batch = batch
    }

    /// What a reply to one of them needs that leaves later.
    public func peer(of index: Int) -> PeerAddress {
        var storage = afterglow_peer()
        if all.indices.contains(index) {
            afterglow_batch_peer(batch, Int32(truncatingIfNeeded: index), &storage)
        }
        return PeerAddress(storage)
    }

    /// Has octets be the reply to one of them; more than 4096 are dropped.
    public func reply(to index: Int, with octets: [UInt8]) {
        guard all.indices.contains(index), octets.count <= all[index].replyRoom.count else { return }
        all[index].replyRoom.copyBytes(from: octets)
        replyCounts[index] = octets.count
    }
}
