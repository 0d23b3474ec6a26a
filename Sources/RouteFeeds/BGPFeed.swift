import CLinux
package import NIOCore
import NIOPosix
package import Primitives
package import Routing

/// BGP sessions with configured neighbours, from which the route table learns.
///
/// Everything after `start` happens on one event loop.
package final class BGPFeed: @unchecked Sendable {
    let settings: BGPFeedSettings
    let table: RouteTable
    let loop: any EventLoop
    let clock: @Sendable () -> Timestamp
    let report: @Sendable (FeedReport) -> Void
    private var neighbours: [IPAddress: BGPNeighbour] = [:]
    private var listener: (any Channel)?
    private var isStopping = false

    package init(
        _ settings: BGPFeedSettings, table: RouteTable, loop: any EventLoop,
        clock: @escaping @Sendable () -> Timestamp, report: @escaping @Sendable (FeedReport) -> Void
    ) {
        self.settings = settings
        self.table = table
        self.loop = loop
        self.clock = clock
        self.report = report
    }

    /// Binds the listener and connects to the neighbours that are connected to. Fails where the address cannot be
    /// bound or a key cannot be set.
    ///
    /// - Parameter descriptor: a socket that listens already, in place of the configured address; it is taken over.
    package func start(adopting descriptor: CInt? = nil) -> EventLoopFuture<Void> {
        loop.flatSubmit { [self] in
            for neighbour in settings.neighbours {
                neighbours[neighbour.address] = BGPNeighbour(neighbour, of: self)
            }
            let isMapped = settings.listen.address.family == .ipv6
            let keys = settings.neighbours.compactMap { neighbour in
                neighbour.password.flatMap {
                    afterglow_tcp_md5(key: $0, peer: neighbour.address, isMapped: isMapped)
                }
            }
            let bootstrap = ServerBootstrap(group: loop)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelInitializer { $0.setSignatures(keys) }
                .childChannelOption(.maxMessagesPerRead, value: 4)
                .childChannelOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16)
                )
                .childChannelInitializer { [self] in accept($0) }
            let address: SocketAddress
            do { address = try settings.listen.socketAddress() } catch {
                return loop.makeFailedFuture(error)
            }
            let bound =
                descriptor.map { bootstrap.withBoundSocket($0) } ?? bootstrap.bind(to: address)
            return bound.map { [self] channel in
                listener = channel
                for neighbour in neighbours.values where neighbour.settings.connects { neighbour.connect() }
            }
        }
    }

    /// The port that is listened on; nil before `start`.
    package func port() -> EventLoopFuture<Int?> {
        loop.submit { [self] in listener?.localAddress?.port }
    }

    /// Ends every session with a NOTIFICATION and closes the listener.
    package func stop() -> EventLoopFuture<Void> {
        loop.flatSubmit { [self] in
            isStopping = true
            let closed = neighbours.values.map { $0.stop() }
            let listening = listener?.close().recover { _ in } ?? loop.makeSucceededVoidFuture()
            return EventLoopFuture.andAllComplete(closed + [listening], on: loop)
        }
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let address = channel.remoteAddress?.address, !isStopping,
            let neighbour = neighbours[address]
        else {
            if let address = channel.remoteAddress?.address { report(.stranger(address)) }
            return channel.eventLoop.makeFailedFuture(ChannelError.eof)
        }
        return add(neighbour, to: channel, isOutgoing: false)
    }

    func add(_ neighbour: BGPNeighbour, to channel: any Channel, isOutgoing: Bool) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let connection = BGPConnection(neighbour, isOutgoing: isOutgoing)
            try channel.pipeline.syncOperations.addHandler(connection)
        }
    }
}
