/// What explains the silence of servers of one network and family best.
///
/// Every hypothesis is weighed as the likelihood of what was seen against that of "all is well":
///
/// - each server is away on its own or is not: the product over the servers of 1 + odds;
/// - a whole prefix is away, the servers outside it on their own;
/// - a share f of the servers is away with one cause, the network around them perhaps not: f·e^evidence + 1−f;
/// - the whole network is away: nothing of it has given a sign of life since.
///
/// A cause that began between the last sign of life and the first silence is as likely as that gap is long; two servers that
/// fell silent in the same second are thereby far likelier to have one cause than two.
struct NetworkHypotheses: Sendable {
    /// One server that votes.
    struct Server: Sendable {
        var index: Int
        var prefix: Int
        /// Log-odds that it is away on its own; nil while it answers or was not asked since the network's trouble began.
        var alone: Double?
        /// Nats of its silence since its own last answer, since its prefix's, and since its network's last sign of life.
        var evidence = 0.0
        var sincePrefix = 0.0
        var sinceNetwork = 0.0
        /// Its silence began together with that of the other silent servers.
        var isAligned = false
        /// Its silence began with the network's last sign of life, and with its prefix's.
        var fitsNetwork = false
        var fitsPrefix = false
        /// It has answered since the others fell silent.
        var answers = false
    }

    var servers: [Server]
    /// The prior of each prefix's loss, with onset and routes; nil where it is not to be considered.
    var prefixes: [Double?]
    /// The prior of the network's loss, with its onset and what routing says.
    var network: Double
    /// The prior of a common loss of some servers, with its onset; nil while no sign of life shows that the network is there.
    var service: Double?
    /// Whether the network may be told apart from its servers: it has more than one.
    var isWide: Bool

    /// The shares of what explains it; together 1.
    struct Posterior: Sendable {
        var network = 0.0
        /// Of several servers at once, and the share of them that fits best.
        var service = 0.0
        var fraction = 1.0
        var prefixes: [(prefix: Int, share: Double)] = []
        /// Servers on their own, each given that no wider cause explains it.
        var servers: [(index: Int, share: Double)] = []
        /// Of "all is well".
        var well = 1.0
    }

    func posterior() -> Posterior {
        let alone = servers.map { $0.alone.map(softPlus) ?? 0 }
        // Prefixes and single servers, the narrow explanation.
        var narrow = 0.0
        var prefixShares: [Double] = []
        for (index, prior) in prefixes.enumerated() {
            var apart = 0.0
            var together = prior ?? -.infinity
            for (server, odds) in zip(servers, alone) where server.prefix == index {
                apart += odds
                together += server.fitsPrefix ? server.sincePrefix : odds
            }
            let sum = logSum(apart, together)
            prefixShares.append(exponential(together - sum))
            narrow += sum
        }
        var whole = -Double.infinity
        var common = -Double.infinity
        var best = (fraction: 1.0, weight: -Double.infinity)
        if isWide {
            whole = network
            for (server, odds) in zip(servers, alone) {
                whole += server.fitsNetwork ? server.sinceNetwork : odds
            }
            for fraction in service == nil ? [] : DetectorModel.fractions {
                let weight = (service ?? 0) + shared(fraction, alone)
                common = logSum(common, weight)
                if weight > best.weight { best = (fraction, weight) }
            }
        }
        let total = logSum(logSum(narrow, whole), common)
        var result = Posterior()
        result.network = exponential(whole - total)
        result.service = exponential(common - total)
        result.fraction = best.fraction
        let share = exponential(narrow - total)
        result.well = exponential(-total)
        for (index, prefixShare) in prefixShares.enumerated() {
            if prefixes[index] != nil { result.prefixes.append((index, share * prefixShare)) }
            for server in servers where server.prefix == index {
                guard let odds = server.alone else { continue }
                result.servers.append((server.index, share * (1 - prefixShare) / (1 + exponential(-odds))))
            }
        }
        return result
    }

    /// The likelihood that this share of the servers is away with one cause, the silent ones among it.
    private func shared(_ fraction: Double, _ alone: [Double]) -> Double {
        var sum = 0.0
        for (server, odds) in zip(servers, alone) {
            if server.answers {
                // An answer leaves no doubt but that of a stray one.
                sum += naturalLogarithm(max(1 - fraction, 1e-4))
            } else if server.isAligned, server.evidence > 0 {
                sum += logSum(
                    naturalLogarithm(fraction) + server.evidence, naturalLogarithm(max(1 - fraction, 1e-9)))
            } else {
                sum += odds
            }
        }
        return sum
    }
}

/// ln(1 + e^x).
private func softPlus(_ x: Double) -> Double { x > 40 ? x : naturalLogarithm(1 + exponential(x)) }

/// ln(e^a + e^b).
private func logSum(_ a: Double, _ b: Double) -> Double {
    let (high, low) = a > b ? (a, b) : (b, a)
    guard high > -.infinity, high - low < 40 else { return high }
    return high + naturalLogarithm(1 + exponential(low - high))
}
