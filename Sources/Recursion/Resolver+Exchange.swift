import Caching
package import DNSWire
import Primitives
import Reachability
import Validation

/// One question to one server: callers that ask the same at the same time share the exchange.
struct ExchangeKey: Hashable {
    let address: IPAddress
    let zone: Name
    let question: Question
    /// The forwarder that is asked in place of a name server.
    let forwarder: Endpoint?

    /// Question and server tell nearly all exchanges apart.
    func hash(into hasher: inout Hasher) {
        hasher.combine(question)
        hasher.combine(address)
    }
}

/// What one question to one server came to, after truncation and EDNS have been dealt with.
enum Exchange: Sendable {
    /// A message, and what it says seen from the zone that was asked.
    case message(Message, Response)
    case silent
    case unreachable
    case refused
    case malformed
    case localFailure

    var message: Message? {
        guard case .message(let message, _) = self else { return nil }
        return message
    }
}

extension Resolver {
    /// One flight per question and server, however many wait for it: packets count, not waiters.
    ///
    /// - Parameter forwarder: the server and its port when it is another resolver, which is to do all of the work.
    func exchange(
        _ question: Question, zone: Name, server: IPAddress, forwarder: Endpoint? = nil, budget: Budget
    ) async -> Exchange {
        let key = ExchangeKey(address: server, zone: zone, question: question, forwarder: forwarder)
        if exchanges[key, default: Waiters()].begin() {
            return await withUnsafeContinuation { exchanges[key, default: Waiters()].add($0) }
        }
        let outcome = await exchangeOnce(
            question, zone: zone, server: server, forwarder: forwarder, budget: budget)
        exchanges.removeValue(forKey: key)?.resume(returning: outcome)
        return outcome
    }

    private func exchangeOnce(
        _ question: Question, zone: Name, server: IPAddress, forwarder: Endpoint?, budget: Budget
    ) async -> Exchange {
        let endpoint = forwarder ?? Endpoint(server, port: configuration.upstreamPort)
        var transport = budget.streamed == question ? Transport.tcp : .udp
        var edns = selection.speaksEDNS(server)
        for _ in 0..<3 {
            let query = UpstreamQuery(
                question, edns: edns, recursionDesired: forwarder != nil,
                randomisingCase: configuration.caseRandomisation && transport == .udp,
                options: options(of: question), random: upstream.random)
            let wait = patience(server, transport, budget: budget)
            let outcome = await upstream.exchange(
                query.octets, with: endpoint, over: transport, timeout: wait,
                accept: { query.matches($0) })
            learn(outcome, of: question.name, server: server, transport: transport, waited: wait)
            var octets: [UInt8]
            let roundTrip: Duration
            switch consume outcome {
            case .received(let response, let duration): (octets, roundTrip) = (response, duration)
            case let failure:
                noteFailure(failure, server: server, zone: zone, transport: transport)
                return Exchange(failure)
            }
            let keptCase = query.restoreCase(in: &octets)
            guard let message = try? Message(parsing: octets) else {
                note(.malformed, server: server, zone: zone, transport: transport)
                return .malformed
            }
            // A forwarder speaks for everything on the way to its answer.
            let response = Response(message, question: question, zone: forwarder == nil ? zone : .root)
            note(response.observed(message, roundTrip), server: server, zone: zone, transport: transport)
            if forwarder == nil { noteReportChannel(message, of: zone) }
            if case .lame = response { selection.markLame(server, for: zone, at: upstream.now) }
            if transport == .udp, message.header.isTruncated || !keptCase {
                transport = .tcp
            } else if edns, message.edns == nil,
                [.formatError, .notImplemented].contains(message.responseCode)
            {
                edns = false
                selection.refusedEDNS(server)
            } else {
                return .message(message, response)
            }
        }
        return .malformed
    }

    /// The key tags of a zone's trust anchors go with the question for its keys (RFC 8145 §4).
    private func options(of question: Question) -> [EDNSOption] {
        guard question.type == .dnskey,
            let anchors = configuration.validation?.anchors.anchors(of: question.name), !anchors.isEmpty
        else { return [] }
        let tags = Set(anchors.map(\.keyTag)).sorted()
        return [
            EDNSOption(
                code: EDNSOption.keyTag,
                data: tags.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] })
        ]
    }

    /// How long to wait: what the server's history asks for, within this query's deadline.
    private func patience(_ server: IPAddress, _ transport: Transport, budget: Budget) -> Duration {
        let timeout = selection.timeout(of: server)
        let wanted =
            transport == .tcp
            ? min(timeout * 3 + .milliseconds(500), .seconds(4)) : min(timeout, Limits.singleWait)
        return max(min(wanted, budget.deadline - upstream.now), .milliseconds(10))
    }

    private func learn(
        _ outcome: ExchangeOutcome, of name: Name, server: IPAddress, transport: Transport, waited: Duration
    ) {
        switch outcome {
        case .received(_, let roundTrip):
            guard selection.answered(server, after: transport == .udp ? roundTrip : nil) else { break }
            failures.removeAll()
        case .silent, .unreachable:
            selection.silent(
                server, about: name, sentWith: waited, at: upstream.now, wallTime: upstream.wallTime)
        case .refused:
            selection.refused(server)
        case .localFailure:
            selection.failedLocally(server.family, at: upstream.now)
        }
    }

    private func noteFailure(_ outcome: ExchangeOutcome, server: IPAddress, zone: Name, transport: Transport)
    {
        switch outcome {
        case .received: break
        case .silent: note(.silent, server: server, zone: zone, transport: transport)
        case .unreachable(let router):
            note(.unreachable(reportedBy: router), server: server, zone: zone, transport: transport)
        case .refused: note(.refused, server: server, zone: zone, transport: transport)
        case .localFailure: note(.localFailure, server: server, zone: zone, transport: transport)
        }
    }

    private func note(_ outcome: Observation.Outcome, server: IPAddress, zone: Name, transport: Transport) {
        upstream.recorder.record(
            Observation(
                time: upstream.wallTime, instant: upstream.now, server: server, zone: text(of: zone),
                transport: transport, outcome: outcome))
    }
}

extension Resolver {
    /// A zone's name as the log has it. The last one is kept: a busy zone is named by each of its exchanges.
    package func text(of zone: Name) -> String {
        if let last = lastZone, last.zone == zone { return last.text }
        let text = zone.logged
        lastZone = (zone, text)
        return text
    }
}

extension Exchange {
    init(_ outcome: ExchangeOutcome) {
        switch outcome {
        case .received: self = .malformed
        case .silent: self = .silent
        case .unreachable: self = .unreachable
        case .refused: self = .refused
        case .localFailure: self = .localFailure
        }
    }
}

extension Response {
    /// How the log counts this response.
    func observed(_ message: Message, _ roundTrip: Duration) -> Observation.Outcome {
        if case .lame = self, message.responseCode == .noError { return .lame(roundTrip: roundTrip) }
        return .answered(
            rcode: UInt8(truncatingIfNeeded: message.responseCode.rawValue), roundTrip: roundTrip)
    }
}
