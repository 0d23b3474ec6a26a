import Primitives
import Reachability
import Synchronization

/// Verdicts that a test posts by hand.
final class PostedVerdicts: VerdictSource {
    private struct Board {
        var verdicts: [(prefix: Prefix, verdict: Verdict)] = []
        var generation: UInt64 = 0
    }

    private let board = Mutex(Board())

    var generation: UInt64 { board.withLock { $0.generation } }

    func verdict(on server: IPAddress) -> Verdict? {
        board.withLock { board in board.verdicts.last { $0.prefix.contains(server) }?.verdict }
    }

    /// Posts the same level for all prefixes, in place of what was posted of them before.
    func post(
        _ level: Verdict.Level, _ prefixes: [Prefix], scope: ReachabilityScope = .asn,
        route: RouteEvidence = .unknown
    ) {
        let since = Timestamp(seconds: 1_782_864_000 + 31 * 60)
        board.withLock { board in
            board.verdicts.removeAll { posted in prefixes.contains(posted.prefix) }
            for prefix in prefixes {
                let network = NetworkIdentity(prefix: prefix, origins: [ASNumber(5089)], name: "NTL")
                let verdict = Verdict(
                    level: level, scope: scope, network: scope == .uplink ? nil : network, since: since,
                    route: route)
                board.verdicts.append((prefix, verdict))
            }
            board.generation += 1
        }
    }

    /// Takes everything down from the board.
    func clear() {
        board.withLock { board in
            board.verdicts = []
            board.generation += 1
        }
    }
}
