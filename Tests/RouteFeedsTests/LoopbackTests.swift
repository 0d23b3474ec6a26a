import NIOCore
import NIOPosix
import Primitives
import RouteFeeds
import Routing
import RoutingWire
import Testing

/// What comes from an event loop, one at a time.
final class Mailbox<Element: Sendable>: Sendable {
    private let stream: AsyncStream<Element>
    let continuation: AsyncStream<Element>.Continuation

    init() { (stream, continuation) = AsyncStream<Element>.makeStream() }

    /// The next one; nil once the sender has ended.
    func next() async -> Element? {
        for await element in stream { return element }
        return nil
    }
}

/// A BGP speaker for tests: sends what it is told, keeps what comes.
final class Speaker: @unchecked Sendable {
    final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let continuation: AsyncStream<BGPMessage>.Continuation
        var framer = BGPFramer()

        init(_ continuation: AsyncStream<BGPMessage>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            framer.append(unwrapInboundIn(data).readableBytesView)
            while let message = try? framer.next() { continuation.yield(message) }
        }

        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
    }

    let channel: any Channel
    let messages: Mailbox<BGPMessage>

    init(_ channel: any Channel, _ messages: Mailbox<BGPMessage>) {
        self.channel = channel
        self.messages = messages
    }

    init(port: Int) async throws {
        messages = Mailbox()
        let continuation = messages.continuation
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(continuation))
                }
            }.connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ message: BGPMessage) async throws {
        try await send(message.composed(encoding: BGPEncoding()))
    }

    func send(_ octets: [UInt8]) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: octets)).get()
    }

    func next() async -> BGPMessage? { await messages.next() }

    /// Opens the session as AS 64511, with End-of-RIB.
    func establish() async throws {
        try await open(number: 64511)
        try await send(.keepalive)
    }

    /// Says who it is, and no more: a peer that refuses it closes at once.
    func open(number: UInt32) async throws {
        let open = BGPOpen(
            asNumber: ASNumber(number), holdTime: 90, identifier: 9,
            capabilities: [
                .multiprotocol(.ipv4), .multiprotocol(.ipv6), .fourOctetASNumber(ASNumber(number)),
                .gracefulRestart(.init(isRestarting: false, seconds: 120, families: [.ipv4: true])),
            ])
        try await send(.open(open))
    }

    func announce(_ prefix: String, _ path: [UInt32]) async throws {
        let route = BGPRoute(try #require(Prefix(prefix)))
        try await send(.update(.init(announcing: [route], asPath: ASPath(path), nextHop: IPAddress(ipv4: 1))))
    }
}

/// A neighbour that waits to be called.
final class Awaiting: Sendable {
    let callers = Mailbox<Speaker>()
    private let channel: any Channel

    init() async throws {
        let continuation = callers.continuation
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let messages = Mailbox<BGPMessage>()
                    try channel.pipeline.syncOperations.addHandler(
                        Speaker.Handler(messages.continuation))
                    continuation.yield(Speaker(channel, messages))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
    }

    var port: UInt16 { UInt16(clamping: channel.localAddress?.port ?? 0) }

    func close() async throws { try await channel.close() }
}

/// A feed on a port of its own.
struct Listening {
    let table = RouteTable()
    let feed: BGPFeed
    let port: Int
    let reports = Mailbox<FeedReport>()

    /// - Parameter port: where the neighbour waits to be called; nil where it calls.
    init(calling port: UInt16? = nil) async throws {
        let continuation = reports.continuation
        let loopback = IPAddress(ipv4: 0x7F00_0001)
        let settings = BGPFeedSettings(
            listen: Endpoint(loopback, port: 0), asNumber: ASNumber(64512), identifier: 1,
            neighbours: [
                .init(
                    address: loopback, asNumber: ASNumber(64511), connects: port != nil, port: port ?? 179)
            ])
        feed = BGPFeed(
            settings, table: table, loop: MultiThreadedEventLoopGroup.singleton.next(),
            clock: { Timestamp(seconds: 1_700_000_000) }, report: { continuation.yield($0) })
        try await feed.start().get()
        self.port = try #require(try await feed.port().get())
    }

    func next() async -> FeedReport? { await reports.next() }
}

@Suite("A BGP session over TCP")
struct LoopbackTests {
    let loopback = IPAddress(ipv4: 0x7F00_0001)
    let address = IPAddress(ipv4: 0xC000_0201)

    /// Has a neighbour open a session and send its table of one route, which the listener tells.
    private func exchangeTable(_ speaker: Speaker, _ listening: Listening) async throws {
        let first = await speaker.next()
        let open: BGPOpen? = if case .open(let open) = first { open } else { nil }
        #expect(open?.asNumber == ASNumber(64512) && open?.families == [.ipv4, .ipv6])
        try await speaker.establish()
        #expect(await speaker.next() == .keepalive)
        try await speaker.announce("192.0.2.0/24", [64511, 64496])
        try await speaker.send(.update(.init(endOfRIB: .ipv4)))
        #expect(await listening.next() == .established(loopback, ASNumber(64511)))
        #expect(await listening.next() == .complete(loopback, ASNumber(64511), .ipv4))
        #expect(listening.table.standing(of: address) == .visible)
    }

    @Test("OPEN, routes, End-of-RIB, withdrawal, and an end that leaves routes stale")
    func session() async throws {
        let listening = try await Listening()
        let speaker = try await Speaker(port: listening.port)
        try await exchangeTable(speaker, listening)
        #expect(listening.table.match(address)?.origin == ASNumber(64496))
        try await speaker.send(.notification(.shutdown(text: "maintenance")))
        let end = await listening.next()
        #expect(end == .ended(loopback, ASNumber(64511), .notified(.shutdown(text: "maintenance"))))
        #expect(listening.table.standing(of: address) == .unknown)
        #expect(listening.table.match(address) != nil)
        try await listening.feed.stop().get()
    }

    @Test("A neighbour that is to be called is called, and again when its session has ended")
    func calling() async throws {
        let neighbour = try await Awaiting()
        let listening = try await Listening(calling: neighbour.port)
        for _ in 0..<2 {
            let speaker = try #require(await neighbour.callers.next())
            try await exchangeTable(speaker, listening)
            try await speaker.channel.close()
            #expect(await listening.next() == .ended(loopback, ASNumber(64511), .closed))
            #expect(listening.table.standing(of: address) == .unknown)
        }
        try await listening.feed.stop().get()
        try await neighbour.close()
    }

    @Test("A neighbour that cannot be called is told, with its address")
    func callingInVain() async throws {
        // A port that was free a moment ago.
        let gone = try await Awaiting()
        let port = gone.port
        try await gone.close()
        let listening = try await Listening(calling: port)
        guard case .cannotConnect(let endpoint, _) = await listening.next() else {
            Issue.record("no report")
            return
        }
        #expect(endpoint == Endpoint(loopback, port: port))
        try await listening.feed.stop().get()
    }

    @Test("A wrong AS, an unknown message and a broken marker each get their NOTIFICATION (RFC 4271 §6)")
    func notifications() async throws {
        let listening = try await Listening()
        for (octets, expected) in [
            (nil, BGPNotification.badPeerAS),
            ([UInt8](repeating: 0xFF, count: 16) + [0, 19, 9], BGPNotification(code: 1, subcode: 3)),
            ([UInt8](repeating: 0xFE, count: 19), BGPNotification(code: 1, subcode: 1)),
        ] {
            let speaker = try await Speaker(port: listening.port)
            _ = await speaker.next()
            if let octets {
                try await speaker.send(octets)
            } else {
                try await speaker.open(number: 64999)
            }
            var last: BGPMessage?
            while let message = await speaker.next() { last = message }
            #expect(last == .notification(expected))
            #expect(await listening.next() == .ended(loopback, ASNumber(64511), .sent(expected)))
        }
        try await listening.feed.stop().get()
    }

    @Test(
        "A neighbour that opens anew replaces its old session, whose routes stand until End-of-RIB (RFC 4724)"
    )
    func gracefulRestart() async throws {
        let listening = try await Listening()
        let old = try await Speaker(port: listening.port)
        try await old.establish()
        try await old.announce("192.0.2.0/24", [64511, 64496])
        try await old.announce("198.51.100.0/24", [64511, 64497])
        try await old.send(.update(.init(endOfRIB: .ipv4)))
        for _ in 0..<2 { _ = await listening.next() }
        let new = try await Speaker(port: listening.port)
        try await new.establish()
        #expect(
            await listening.next() == .ended(loopback, ASNumber(64511), .sent(.connectionCollision)))
        #expect(await listening.next() == .established(loopback, ASNumber(64511)))
        #expect(listening.table.standing(of: address) == .unknown)
        #expect(listening.table.match(address)?.origin == ASNumber(64496))
        try await new.announce("198.51.100.0/24", [64511, 64497])
        try await new.send(.update(.init(endOfRIB: .ipv4)))
        #expect(await listening.next() == .complete(loopback, ASNumber(64511), .ipv4))
        while listening.table.advance(to: Timestamp(seconds: 1_700_000_000)) {}
        #expect(listening.table.standing(of: address) == .withdrawn(since: Timestamp(seconds: 1_700_000_000)))
        try await listening.feed.stop().get()
        var last: BGPMessage?
        while let message = await new.next() { last = message }
        guard case .notification(let notification) = last else {
            Issue.record("no NOTIFICATION at the end")
            return
        }
        #expect(notification.code == 6 && notification.subcode == 2)
    }
}
