package import DNSWire
import Primitives
import Validation

/// Whom the authorities of zones want to be told of errors, and what is to be told them (RFC 9567). Confined to one worker.
struct ErrorReports {
    private struct Agent {
        let name: Name
        let until: Instant
    }

    private var agents: [Name: Agent] = [:]
    /// What has been told, and until when it is not told again.
    private var told: [Name: Instant] = [:]
    private var waiting: [Name] = []
    /// When the next report may be made, were they made evenly.
    private var next = Instant(nanoseconds: 0)

    /// How long an agent is believed to be the zone's: it comes anew with every response.
    private static let agentDuration = Duration.seconds(3600)
    /// Within which the same is not told twice; the TTL of the agent's answer may make it longer (RFC 9567 §4).
    private static let repetition = Duration.seconds(3600)
    /// Zones and reports remembered; either is some 300 octets.
    private static let memoryMax = 1000
    /// One report a second, twenty at once: a broken zone with many names tells the same story again and again.
    private static let interval = Duration.seconds(1)
    private static let burst = 20

    /// Keeps the agent domain of a Report-Channel option: one uncompressed name, not the root (RFC 9567 §5, §6.1), and not
    /// in the zone itself, whose trouble would keep the reports back (RFC 9567 §8.1).
    mutating func note(_ data: [UInt8], of zone: Name, at now: Instant) {
        var reader = WireReader(data)
        guard data.count <= 255, let name = try? reader.readName(), reader.remaining == 0, !name.isRoot,
            !name.isEqualOrBelow(zone)
        else { return }
        if agents.count >= Self.memoryMax, agents[zone] == nil { agents.removeAll() }
        agents[zone] = Agent(name: name, until: now + Self.agentDuration)
    }

    /// Puts a report in the queue, unless it has been told a short while ago or too many have been.
    mutating func add(_ code: ExtendedError.Code, about question: Question, in zone: Name, at now: Instant) {
        guard let agent = agents[zone], now < agent.until,
            let name = Self.name(of: code, about: question, agent: agent.name),
            told[name].map({ $0 <= now }) ?? true
        else { return }
        next = max(next, now + Self.interval * -Self.burst)
        guard next <= now else { return }
        next = next + Self.interval
        if told.count >= Self.memoryMax { told = told.filter { now < $0.value } }
        if told.count >= Self.memoryMax { told.removeAll() }
        told[name] = now + Self.repetition
        waiting.append(name)
    }

    mutating func take() -> [Name] {
        guard !waiting.isEmpty else { return [] }
        defer { waiting.removeAll() }
        return waiting
    }

    /// `_er.1.www.example.com.7._er.agent.example`: type, name and code of the error (RFC 9567 §6.1.1); nil for what is
    /// itself a report, and where the name grows too long.
    static func name(of code: ExtendedError.Code, about question: Question, agent: Name) -> Name? {
        let mark = Array("_er".utf8)
        guard question.name.lowercased.labels.first.map(Array.init) != mark else { return nil }
        let head: [[UInt8]] = [mark, Array("\(question.type.rawValue)".utf8)]
        let tail: [[UInt8]] = [Array("\(code.rawValue)".utf8), mark]
        return Name(
            labels: head + question.name.lowercased.labels.map(Array.init) + tail
                + agent.labels.map(Array.init))
    }
}

extension Resolver {
    /// Takes note of whom a zone's servers want to be told of errors.
    func noteReportChannel(_ message: Message, of zone: Name) {
        guard configuration.errorReporting, let option = message.edns?.option(EDNSOption.reportChannel) else {
            return
        }
        errorReports.note(option.data, of: zone, at: upstream.now)
    }

    /// Has the agent of the zone that a question falls to be told why its answer cannot be believed.
    func report(_ reason: BogusReason, about question: Question) {
        guard configuration.errorReporting else { return }
        if case .limitReached = reason { return }
        errorReports.add(
            reason.extendedError.code, about: question, in: closestDelegation(to: question).zone,
            at: upstream.now)
    }

    /// Questions that no client waits for, to be asked once the client that gave rise to them has its answer, and now and
    /// then without any: what agents are to learn of errors, which keys are trusted, and whether there are new ones.
    package func takeErrands() -> [Question] {
        let due = configuration.validation?.source.takeDue(at: upstream.wallTime) ?? []
        let reports = errorReports.take()
        guard !due.isEmpty || !anchorSignals.isEmpty || !reports.isEmpty else { return [] }
        defer { anchorSignals.removeAll() }
        return due.map { Question($0, .dnskey) } + anchorSignals + reports.map { Question($0, .txt) }
    }

    /// Asks such a question, unless the very same has been answered a while ago. What other records prove or wildcards make
    /// of it (RFC 8198) is no reason not to: the question itself is the message.
    ///
    /// Reports go over TCP, so that agents can believe where they come from, and what agents answer is validated like
    /// anything else (RFC 9567 §6.1).
    package func run(_ errand: Question) async {
        let budget = newBudget
        guard errand.type != .dnskey else { return await refreshKeys(of: errand.name, budget: budget) }
        guard cached(errand) == nil else { return }
        if errand.type == .txt { budget.streamed = errand }
        let found = await iterate(errand, budget: budget, depth: 0)
        guard configuration.validation != nil else { return keep(found, errand) }
        if case .believed(let judged) = await judge(found, errand, budget: budget) {
            keepJudged(judged, errand)
        }
    }

    /// Has the keys of a zone with trust anchors looked at anew (RFC 5011 §2.3).
    private func refreshKeys(of zone: Name, budget: Budget) async {
        let anchors = configuration.validation?.anchors.anchors(of: zone) ?? []
        guard !anchors.isEmpty else { return }
        _ = await followKeys(of: zone, anchors: anchors, limit: Lifetime(), anew: true, budget: budget)
    }

    /// Has a zone be told which of its keys are trusted, whenever they have been fetched (RFC 8145 §5):
    /// `_ta-4f66-9728` for the root's keys 20326 and 38696.
    func signalAnchors(of zone: Name) {
        let tags = Set(configuration.validation?.anchors.anchors(of: zone).map(\.keyTag) ?? []).sorted()
        let words = tags.prefix(Self.signalledTags).map { tag in
            let text = String(tag, radix: 16)
            return "-" + String(repeating: "0", count: 4 - text.count) + text
        }
        guard !words.isEmpty, let name = zone.prepending(Array(("_ta" + words.joined()).utf8)) else { return }
        anchorSignals.append(Question(name, .null))
    }

    /// As many as one label holds.
    private static let signalledTags = 12
}
