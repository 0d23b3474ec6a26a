import NIOCore
import Primitives
import Routing
import RoutingWire

/// One TCP connection of a neighbour: octets to the session's events, its actions to octets and to the table.
final class BGPConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let isOutgoing: Bool
    private(set) var session: BGPSession
    private let neighbour: BGPNeighbour
    private var framer = BGPFramer()
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var wasEstablished = false
    private var ending: BGPSession.End?

    init(_ neighbour: BGPNeighbour, isOutgoing: Bool) {
        self.neighbour = neighbour
        self.isOutgoing = isOutgoing
        session = BGPSession(neighbour.sessionSettings, at: Self.now)
    }

    private static var now: Instant {
        Instant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin() }
    }

    func channelActive(context: ChannelHandlerContext) { begin() }

    private func begin() {
        neighbour.joined(self)
        perform(session.start)
        schedule()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard session.state != .ended else { return }
        framer.append(unwrapInboundIn(data).readableBytesView)
        do throws(RoutingWireError) {
            while session.state != .ended, let message = try framer.next() {
                perform(session.receive(message, at: Self.now))
            }
        } catch {
            perform(session.receive(error))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(session.close())
        leave()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        perform(session.close())
        context.close(promise: nil)
    }

    /// Ends the connection with a NOTIFICATION; done when it is closed.
    func end(_ notification: BGPNotification) -> EventLoopFuture<Void> {
        guard let context else { return neighbour.nothing }
        let closed = context.channel.closeFuture
        perform(session.fail(notification))
        return closed
    }

    private func perform(_ actions: [BGPSession.Action]) {
        for action in actions {
            switch action {
            case .send(let message): send(message)
            case .opened(let open, let encoding):
                guard neighbour.admits(self, open) else {
                    return perform(session.fail(.connectionCollision))
                }
                framer.encoding = encoding
            case .established:
                wasEstablished = true
                neighbour.established(session.families)
            case .update(let update): neighbour.apply(update)
            case .complete(let family): neighbour.complete(family)
            case .end(let end):
                ending = end
                leave()
                context?.close(promise: nil)
            }
        }
    }

    private func leave() {
        guard let context else { return }
        timer?.cancel()
        timer = nil
        self.context = nil
        neighbour.left(self, wasEstablished: wasEstablished, ending)
        // The NOTIFICATION leaves before the connection closes.
        context.close(promise: nil)
    }

    private func send(_ message: BGPMessage) {
        guard let context else { return }
        let octets = message.composed(encoding: framer.encoding)
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: octets)), promise: nil)
    }

    private func schedule() {
        guard let context, let deadline = session.deadline else { return }
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        let due = NIODeadline.uptimeNanoseconds(UInt64(max(0, deadline.nanoseconds)))
        timer = context.eventLoop.scheduleTask(deadline: due) {
            let connection = this.value
            connection.perform(connection.session.tick(at: Self.now))
            connection.schedule()
        }
    }
}
