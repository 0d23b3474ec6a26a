import EventLoop
import Primitives
import Reachability
import Recursion

/// The real network and clocks of a worker, behind the seam that the resolver knows.
final class LoopUpstream: Upstream {
    private let loop: EventLoop
    let recorder: any ReachabilityRecorder

    init(loop: EventLoop, recorder: any ReachabilityRecorder) {
        self.loop = loop
        self.recorder = recorder
    }

    var now: Instant { loop.now }
    var wallTime: Timestamp { loop.wallTime }
    var random: RandomSource { loop.random }

    func sleep(until instant: Instant) async { await loop.sleep(until: instant) }

    func exchange(
        _ query: [UInt8], with server: Endpoint, over transport: Transport, timeout: Duration,
        accept: @escaping ([UInt8]) -> Bool
    ) async -> ExchangeOutcome {
        switch transport {
        case .udp:
            switch await loop.exchangeDatagram(query, with: server, timeout: timeout, accept: accept) {
            case .received(let octets, let roundTrip): return .received(octets, roundTrip: roundTrip)
            case .silent: return .silent
            case .unreachable(let router): return .unreachable(reportedBy: router)
            case .portUnreachable: return .refused
            case .localFailure: return .localFailure
            }
        case .tcp:
            switch await loop.exchangeStream(query, with: server, timeout: timeout) {
            case .received(let octets, let roundTrip):
                return accept(octets) ? .received(octets, roundTrip: roundTrip) : .silent
            case .silent, .closed: return .silent
            case .refused: return .refused
            case .unreachable(let router): return .unreachable(reportedBy: router)
            case .localFailure: return .localFailure
            }
        }
    }
}
