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
    /// What a message says seen from the zone that was asked, and what stands beside it.
    case message(Response, OtherSections)
    case silent
    case unreachable
    case refused
    case malformed
    case localFailure
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
        var attempt = Attempt(
            question: question, zone: zone, server: server, isForwarder: forwarder != nil,
            transport: budget.streamed == question ? .tcp : .udp, edns: selection.speaksEDNS(server))
        for _ in 0..<3 {
            let query = compose(attempt)
            let wait = patience(server, attempt.transport, budget: budget)
            let outcome = await upstream.exchange(
                query.octets, with: endpoint, over: attempt.transport, timeout: wait,
                accept: { query.matches($0) })
            switch take(outcome, to: query, of: attempt, waited: wait) {
            case .exchange(let exchange): return exchange
            case .again(let next): attempt = next
            }
        }
        return .malformed
    }

    /// One query to one server, and how it is sent.
    private struct Attempt {
        let question: Question
        let zone: Name
        let server: IPAddress
        let isForwarder: Bool
        var transport: Transport
        var edns: Bool
    }

    /// What an attempt leads to.
    private enum Step {
        case exchange(Exchange)
        /// The server may answer when it is asked in this way.
        case again(Attempt)
    }

    private func compose(_ attempt: Attempt) -> UpstreamQuery {
        UpstreamQuery(
            attempt.question, edns: attempt.edns, recursionDesired: attempt.isForwarder,
            randomisingCase: configuration.caseRandomisation && attempt.transport == .udp,
            options: options(of: attempt.question), random: upstream.random)
    }

    /// Learns from what came of an attempt. Kept out of line, so that what it needs is not kept while the query is waited for.
    @inline(never)
    private func take(
        _ outcome: consuming ExchangeOutcome, to query: UpstreamQuery, of attempt: Attempt, waited: Duration
    ) -> Step {
        learn(outcome, of: attempt, waited: waited)
        var octets: [UInt8]
        let roundTrip: Duration
        switch consume outcome {
        case .received(let response, let duration): (octets, roundTrip) = (response, duration)
        case let failure:
            noteFailure(failure, of: attempt)
            return .exchange(Exchange(failure))
        }
        let keptCase = query.restoreCase(in: &octets)
        guard let message = try? Message(parsing: octets) else {
            note(.malformed, of: attempt)
            return .exchange(.malformed)
        }
        let (server, zone) = (attempt.server, attempt.zone)
        // A forwarder speaks for everything on the way to its answer.
        let response = Response(
            message, question: attempt.question, zone: attempt.isForwarder ? .root : zone)
        note(response.observed(message, roundTrip), of: attempt)
        if !attempt.isForwarder { noteReportChannel(message, of: zone) }
        if case .lame = response { selection.markLame(server, for: zone, at: upstream.now) }
        var next = attempt
        if attempt.transport == .udp, message.header.isTruncated || !keptCase {
            next.transport = .tcp
        } else if attempt.edns, message.edns == nil,
            [.formatError, .notImplemented].contains(message.responseCode)
        {
            next.edns = false
            selection.refusedEDNS(server)
        } else {
            let sections = OtherSections(
                authorities: message.authorities, additionals: message.additionals)
            return .exchange(.message(response, sections))
        }
        return .again(next)
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

    private func learn(_ outcome: ExchangeOutcome, of attempt: Attempt, waited: Duration) {
        let server = attempt.server
        switch outcome {
        case .received(_, let roundTrip):
            guard selection.answered(server, after: attempt.transport == .udp ? roundTrip : nil) else {
                break
            }
            failures.removeAll()
        case .silent, .unreachable:
            selection.silent(
                server, about: attempt.question.name, sentWith: waited, at: upstream.now,
                wallTime: upstream.wallTime)
        case .refused:
            selection.refused(server)
        case .localFailure:
            selection.failedLocally(server.family, at: upstream.now)
        }
    }

    private func noteFailure(_ outcome: ExchangeOutcome, of attempt: Attempt) {
        switch outcome {
        case .received: break
        case .silent: note(.silent, of: attempt)
        case .unreachable(let router): note(.unreachable(reportedBy: router), of: attempt)
        case .refused: note(.refused, of: attempt)
        case .localFailure: note(.localFailure, of: attempt)
        }
    }

    private func note(_ outcome: Observation.Outcome, of attempt: Attempt) {
        upstream.recorder.record(
            Observation(
                time: upstream.wallTime, instant: upstream.now, server: attempt.server,
                zone: text(of: attempt.zone), transport: attempt.transport, outcome: outcome))
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
