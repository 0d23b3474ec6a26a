import Primitives

/// What the detector knows of one server.
struct WatchedServer: Sendable {
    let address: IPAddress
    /// Its place in the detector's networks, and its prefix among that network's.
    var network: Int
    var prefix: Int
    var udp = ServerBelief()
    var tcp: ServerBelief?
    var lastAnswer: Instant?
    /// When it was last heard of in any way.
    var lastSeen: Instant
    /// Failures since its own last answer.
    var silence = Silence()
    /// Failures since anything in its prefix or network gave a sign of life; valid while the epochs agree.
    var sincePrefix = Silence()
    var sinceNetwork = Silence()
    var prefixEpoch: UInt32 = 0
    var networkEpoch: UInt32 = 0
    /// A zone that it serves, for probes.
    var zone: String?
    var probed: Instant?
    /// The outage that it is a member of.
    var incident: Int?
    /// The span of silence of the uplink in which its state was put aside.
    var heldIn: UInt64 = 0

    /// Whether it changed since it was last taken for storage.
    var isChanged = false

    init(address: IPAddress, network: Int, prefix: Int, seen: Instant) {
        self.address = address
        self.network = network
        self.prefix = prefix
        lastSeen = seen
    }

    /// Whether its silence says anything: it has answered, often enough, at most times.
    var votes: Bool {
        lastAnswer != nil && udp.observations >= DetectorModel.votingObservations
            && udp.baseline >= DetectorModel.leastBaseline
    }

    /// The chance that it answers over `transport` while all is well: what it did so far, less an allowance for how little
    /// that is.
    func chance(_ transport: Transport) -> Double {
        let belief = transport == .tcp ? tcp ?? ServerBelief() : udp
        return belief.baseline * (1 - 1 / (Double(belief.observations) + 2))
    }

    /// Log-odds that it is away on its own.
    var logOdds: Double {
        silence.count == 0
            ? DetectorModel.serverPrior
            : silence.onset(prior: DetectorModel.serverPrior, lastSign: lastAnswer) + silence.evidence
    }

    /// Whether an observation of this second was counted already.
    func isCounted(_ instant: Instant) -> Bool {
        silence.last?.slot == instant.slot || lastAnswer?.slot == instant.slot
    }

    mutating func record(_ evidence: ServerEvidence, _ transport: Transport, at time: Timestamp) {
        if transport == .udp {
            udp.record(evidence, at: time)
        } else {
            var belief = tcp ?? ServerBelief()
            belief.record(evidence, at: time)
            tcp = belief
        }
    }
}
