import CLinux
import NIOCore
import NIOPosix
import Primitives
import Routing
import RoutingWire

/// A configured neighbour: its connections, of which one at most is established, and its place in the table.
final class BGPNeighbour {
    /// How long to wait before connecting again: doubled after each failure (RFC 4271 §10 has 120 s).
    private static let retryFirst = TimeAmount.seconds(1)
    private static let retryMax = TimeAmount.seconds(120)

    let settings: BGPFeedSettings.Neighbour
    private unowned let feed: BGPFeed
    private var connections: [BGPConnection] = []
    private var retry = retryFirst
    private var retrying: Scheduled<Void>?
    private var isStopped = false
    /// The place in the route table; nil where it has no room.
    private var place: Int?
    private var lastFault: AttributeFault?

    init(_ settings: BGPFeedSettings.Neighbour, of feed: BGPFeed) {
        self.settings = settings
        self.feed = feed
    }

    var sessionSettings: BGPSessionSettings {
        BGPSessionSettings(
            asNumber: feed.settings.asNumber, identifier: feed.settings.identifier,
            neighbour: settings.asNumber)
    }

    // MARK: Connecting

    func connect() {
        retrying = nil
        guard !isStopped, connections.isEmpty else { return }
        let endpoint = Endpoint(settings.address, port: settings.port)
        let keys =
            settings.password.flatMap {
                afterglow_tcp_md5(key: $0, peer: settings.address, isMapped: false)
            }.map { [$0] } ?? []
        let feed = feed
        let this = NIOLoopBound(self, eventLoop: feed.loop)
        let bootstrap = ClientBootstrap(group: feed.loop)
            .connectTimeout(.seconds(10))
            .channelOption(.maxMessagesPerRead, value: 4)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16))
            .channelInitializer { channel in
                channel.setSignatures(keys).flatMap {
                    feed.add(this.value, to: channel, isOutgoing: true)
                }
            }
        do {
            bootstrap.connect(to: try endpoint.socketAddress()).whenFailure { error in
                feed.report(.cannotConnect(endpoint, "\(error)"))
                this.value.connectLater()
            }
        } catch {
            feed.report(.cannotConnect(endpoint, "\(error)"))
        }
    }

    private func connectLater() {
        guard settings.connects, !isStopped, retrying == nil else { return }
        let this = NIOLoopBound(self, eventLoop: feed.loop)
        retrying = feed.loop.scheduleTask(in: retry) { this.value.connect() }
        retry = min(Self.retryMax, retry * 2)
    }

    func stop() -> EventLoopFuture<Void> {
        isStopped = true
        retrying?.cancel()
        let ended = connections.map { $0.end(.shutdown(text: "Afterglow stops")) }
        return EventLoopFuture.andAllComplete(ended, on: feed.loop)
    }

    /// A future of what is done already.
    var nothing: EventLoopFuture<Void> { feed.loop.makeSucceededVoidFuture() }

    // MARK: What connections tell

    func joined(_ connection: BGPConnection) { connections.append(connection) }

    /// Whether a connection whose OPEN has come may go on; if so, others end.
    func admits(_ connection: BGPConnection, _ open: BGPOpen) -> Bool {
        for other in connections where other !== connection {
            let standing = BGPCollision.Standing(
                state: other.session.state, isOutgoing: other.isOutgoing, neighbour: other.session.neighbour)
            guard
                BGPCollision.replaces(
                    standing, isOutgoing: connection.isOutgoing, identifiers: feed.settings.identifier,
                    open.identifier)
            else { return false }
        }
        for other in connections where other !== connection { _ = other.end(.connectionCollision) }
        return true
    }

    func established(_ families: Set<AddressFamily>) {
        retry = Self.retryFirst
        let peer = RoutePeer(source: .session, address: settings.address, asNumber: settings.asNumber)
        place = feed.table.join(peer)
        guard let place else { return feed.report(.tooManyPeers(settings.address)) }
        let now = feed.clock()
        for family in families { feed.table.begin(place, family, at: now) }
        feed.report(.established(settings.address, settings.asNumber))
    }

    func apply(_ update: BGPUpdate) {
        if let fault = update.fault, !update.treatedAsWithdrawn.isEmpty, fault != lastFault {
            lastFault = fault
            feed.report(.malformedRoutes(settings.address, fault, update.treatedAsWithdrawn.count))
        }
        guard let place else { return }
        feed.table.apply(update, from: place, at: feed.clock())
    }

    func complete(_ family: AddressFamily) {
        guard let place else { return }
        feed.table.complete(place, family, at: feed.clock())
        feed.report(.complete(settings.address, settings.asNumber, family))
    }

    func left(_ connection: BGPConnection, wasEstablished: Bool, _ end: BGPSession.End?) {
        connections.removeAll { $0 === connection }
        if wasEstablished, let place { feed.table.lose(place, at: feed.clock()) }
        if let end { feed.report(.ended(settings.address, settings.asNumber, end)) }
        if connections.isEmpty { connectLater() }
    }
}
