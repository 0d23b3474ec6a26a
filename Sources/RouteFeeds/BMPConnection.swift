import NIOCore
import Primitives
import Routing
import RoutingWire

/// One router's connection to the station.
final class BMPConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let router: IPAddress
    private let station: BMPStation
    private var framer = BMPFramer()
    private var monitor: BMPMonitor
    private var ticking: RepeatedTask?

    init(_ router: IPAddress, of station: BMPStation) {
        self.router = router
        self.station = station
        monitor = BMPMonitor(router: router)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        ticking = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            this.value.tell { $0.tick(at: this.value.station.clock(), this.value.station.table) }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        framer.append(unwrapInboundIn(data).readableBytesView)
        while true {
            do throws(RoutingWireError) {
                guard let message = try framer.next(encoding: { monitor.encoding(of: $0) }) else { return }
                tell { $0.receive(message, at: station.clock(), station.table) }
                if case .termination = message { return context.close(promise: nil) }
            } catch {
                station.report(.malformedMonitoring(router, error))
                guard !framer.isLost else { return context.close(promise: nil) }
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        ticking?.cancel()
        tell { $0.close(at: station.clock(), station.table) }
        station.report(.routerDown(router))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func tell(_ body: (inout BMPMonitor) -> [BMPMonitor.Notice]) {
        for notice in body(&monitor) {
            switch notice {
            case .named(let name): station.report(.routerUp(router, name: name))
            case .up(let peer): station.report(.established(peer.address, peer.asNumber))
            case .complete(let peer, let family):
                station.report(.complete(peer.address, peer.asNumber, family))
            case .down(let peer, let end): station.report(.ended(peer.address, peer.asNumber, end))
            case .malformed(let peer, let fault, let count):
                station.report(.malformedRoutes(peer.address, fault, count))
            case .noRoom(let peer): station.report(.tooManyPeers(peer.address))
            }
        }
    }
}
