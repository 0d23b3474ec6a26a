package import NIOCore
import NIOPosix
package import Primitives
package import Routing

/// A station of the BGP Monitoring Protocol: routers connect and tell what their neighbours told them (RFC 7854).
///
/// Everything after `start` happens on one event loop.
package final class BMPStation: @unchecked Sendable {
    /// Routers connected at a time.
    package static let routersMax = 64

    let table: RouteTable
    let clock: @Sendable () -> Timestamp
    let report: @Sendable (FeedReport) -> Void
    private let endpoint: Endpoint
    private let routers: [Prefix]
    private let loop: any EventLoop
    private var listener: (any Channel)?
    private var connections: [ObjectIdentifier: any Channel] = [:]

    /// - Parameter routers: where routers may connect from; from this machine alone where there are none.
    package init(
        listen endpoint: Endpoint, routers: [Prefix], table: RouteTable, loop: any EventLoop,
        clock: @escaping @Sendable () -> Timestamp, report: @escaping @Sendable (FeedReport) -> Void
    ) {
        self.endpoint = endpoint
        self.routers = routers
        self.table = table
        self.loop = loop
        self.clock = clock
        self.report = report
    }

    /// Binds the listener. Fails where the address cannot be bound.
    ///
    /// - Parameter descriptor: a socket that listens already, in place of the configured address; it is taken over.
    package func start(adopting descriptor: CInt? = nil) -> EventLoopFuture<Void> {
        loop.flatSubmit { [self] in
            let address: SocketAddress
            do { address = try endpoint.socketAddress() } catch { return loop.makeFailedFuture(error) }
            let bootstrap = ServerBootstrap(group: loop)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.maxMessagesPerRead, value: 4)
                .childChannelOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16)
                )
                .childChannelInitializer { [self] in accept($0) }
            let bound = descriptor.map { bootstrap.withBoundSocket($0) } ?? bootstrap.bind(to: address)
            return bound.map { [self] in listener = $0 }
        }
    }

    /// The port that is listened on; nil before `start`.
    package func port() -> EventLoopFuture<Int?> {
        loop.submit { [self] in listener?.localAddress?.port }
    }

    package func stop() -> EventLoopFuture<Void> {
        loop.flatSubmit { [self] in
            let all = Array(connections.values) + (listener.map { [$0] } ?? [])
            return EventLoopFuture.andAllComplete(all.map { $0.close() }, on: loop)
        }
    }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let address = channel.remoteAddress?.address else {
            return channel.eventLoop.makeFailedFuture(ChannelError.eof)
        }
        let isKnown = routers.isEmpty ? address.isLoopback : routers.contains { $0.contains(address) }
        guard isKnown, connections.count < Self.routersMax else {
            report(.stranger(address))
            return channel.eventLoop.makeFailedFuture(ChannelError.eof)
        }
        let key = ObjectIdentifier(channel)
        connections[key] = channel
        channel.closeFuture.whenComplete { [self] _ in connections[key] = nil }
        return channel.eventLoop.makeCompletedFuture { [self] in
            try channel.pipeline.syncOperations.addHandler(BMPConnection(address, of: self))
        }
    }
}
