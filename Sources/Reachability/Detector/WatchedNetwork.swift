import Primitives

/// What stands for a network of one family: its AS, or its prefix where no routing source names an AS.
enum NetworkKey: Hashable, Sendable {
    case asn(ASNumber, AddressFamily)
    case prefix(Prefix)

    init(_ identity: NetworkIdentity) {
        if let origin = identity.origins.first {
            self = .asn(origin, identity.prefix.address.family)
        } else {
            self = .prefix(identity.prefix)
        }
    }

    var family: AddressFamily {
        switch self {
        case .asn(_, let family): family
        case .prefix(let prefix): prefix.address.family
        }
    }

    var asn: ASNumber? {
        if case .asn(let number, _) = self { number } else { nil }
    }

    /// The same for both families of an AS.
    var inEitherFamily: NetworkKey { asn.map { .asn($0, .ipv4) } ?? self }

    var scope: ReachabilityScope { asn == nil ? .prefix : .asn }

    var text: String {
        switch self {
        case .asn(let number, _): number.description
        case .prefix(let prefix): prefix.description
        }
    }
}

/// One prefix of a network.
struct WatchedPrefix: Sendable {
    var identity: NetworkIdentity
    var lastSign: Instant?
    var silence = Silence()
    var epoch: UInt32 = 0

    mutating func sign(at instant: Instant) {
        lastSign = instant
        guard silence.count > 0 else { return }
        silence = Silence()
        epoch &+= 1
    }
}

/// What the detector knows of one network and family.
struct WatchedNetwork: Sendable {
    let key: NetworkKey
    var name: String?
    var servers: [Int] = []
    var prefixes: [WatchedPrefix] = []
    /// The last sign of life from any of its servers, refusals included.
    var lastSign: Instant?
    /// Failures since then.
    var silence = Silence()
    var epoch: UInt32 = 0
    private var answers = AnswerShare(0.98, step: DetectorModel.ratioStep)
    private var deliveries = AnswerShare(1, step: DetectorModel.deliveryStep)
    var budget = ProbeBudget()
    var isSuspect = false
    /// Whether routing reported the loss of its routes, which nobody has looked into yet.
    var isReported = false
    /// When routing reported that, while it is so.
    var routesLost: Instant?
    /// Whether the last judgement put it among those whose turn comes after others.
    var isHeldBack = false
    /// Outages with servers of this network, in order of their opening.
    var incidents: [Int] = []
    /// When another network was seen to answer while this one was silent, and when anything at all was while it was
    /// suspected: then it is not our uplink.
    var outsideSign: Instant?
    var anySign: Instant?
    /// The span of silence, and the window, of the uplink in which it was counted.
    var countedInSpan: UInt64 = 0
    /// What its silence has added in that span.
    var spanEvidence = 0.0
    var countedInWindow: Int64 = .min
    var answeredInWindow: Int64 = .min

    init(key: NetworkKey, name: String?) {
        self.key = key
        self.name = name
    }

    /// Log-odds that the whole network is away against all is well, by its silence alone.
    var logOdds: Double {
        silence.count == 0
            ? DetectorModel.networkPrior
            : silence.onset(prior: DetectorModel.networkPrior, lastSign: lastSign) + silence.evidence
    }

    mutating func sign(at instant: Instant) {
        lastSign = instant
        answers.answered()
        deliveries.answered()
        guard silence.count > 0 else { return }
        silence = Silence()
        epoch &+= 1
        outsideSign = nil
    }

    /// The share of exchanges answered lately, where the failures of one second count once.
    var ratio: Double { answers.value }

    /// The share of exchanges answered lately, each of them counted: how likely a single probe is to come through.
    var delivery: Double { deliveries.value }

    /// Notes a failure for the ratio, to be learnt when the network speaks again.
    mutating func learnLater() { answers.failed() }

    /// Notes that an exchange failed.
    mutating func notDelivered() { deliveries.failed() }

    /// What happened while it was away is not its ordinary ratio.
    mutating func forgetUnlearnt() {
        answers.forget()
        deliveries.forget()
    }

    /// Forgets the failures of a span in which the uplink was away.
    mutating func forgetSilence() {
        silence = Silence()
        epoch &+= 1
        outsideSign = nil
        anySign = nil
        forgetUnlearnt()
        for index in prefixes.indices {
            prefixes[index].silence = Silence()
            prefixes[index].epoch &+= 1
        }
    }
}
