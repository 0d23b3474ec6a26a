import EventLoop
import Primitives
import Reachability
import Recursion
import Telemetry

/// The real network and clocks of a worker, behind the seam that the resolver knows.
final class LoopUpstream: Upstream {
    private let loop: EventLoop
    let recorder: any ReachabilityRecorder
    private let counters: WorkerCounters

    init(loop: EventLoop, recorder: any ReachabilityRecorder, counters: WorkerCounters) {
        self.loop = loop
        self.recorder = recorder
        self.counters = counters
    }

    var now: Instant { loop.now }
    var wallTime: Timestamp { loop.wallTime }
    var random: RandomSource { loop.random }

    func sleep(until instant: Instant) async { await loop.sleep(until: instant) }

    func exchange(
        _ query: [UInt8], with server: Endpoint, over transport: Transport, timeout: Duration,
        accept: @escaping ([UInt8]) -> Bool
    ) async -> ExchangeOutcome {
        let outcome: ExchangeOutcome
        switch transport {
        case .udp:
            outcome = ExchangeOutcome(
                await loop.exchangeDatagram(query, with: server, timeout: timeout, accept: accept))
        case .tcp:
            outcome = ExchangeOutcome(
                await loop.exchangeStream(query, with: server, timeout: timeout), accept: accept)
        }
        counters.addExchange(
            outcome.result, over: transport == .udp ? .udp : .tcp, roundTrip: outcome.roundTrip)
        return outcome
    }
}

extension ExchangeOutcome {
    fileprivate init(_ outcome: DatagramOutcome) {
        switch outcome {
        case .received(let octets, let roundTrip): self = .received(octets, roundTrip: roundTrip)
        case .silent: self = .silent
        case .unreachable(let router): self = .unreachable(reportedBy: router)
        case .portUnreachable: self = .refused
        case .localFailure: self = .localFailure
        }
    }

    fileprivate init(_ outcome: StreamOutcome, accept: ([UInt8]) -> Bool) {
        switch outcome {
        case .received(let octets, let roundTrip):
            self = accept(octets) ? .received(octets, roundTrip: roundTrip) : .silent
        case .silent, .closed: self = .silent
        case .refused: self = .refused
        case .unreachable(let router): self = .unreachable(reportedBy: router)
        case .localFailure: self = .localFailure
        }
    }
}

extension ExchangeOutcome {
    fileprivate var result: ExchangeResult {
        switch self {
        case .received: .answered
        case .silent: .silent
        case .unreachable: .unreachable
        case .refused: .refused
        case .localFailure: .localFailure
        }
    }

    fileprivate var roundTrip: Duration? {
        if case .received(_, let roundTrip) = self { roundTrip } else { nil }
    }
}
