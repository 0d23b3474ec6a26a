import DNSWire
import EventLoop
import Primitives
import Reachability
import Recursion
import Zones

/// Resolution with the local copies of zones: what a copy does not hold itself, it leads to.
extension Worker {
    /// Steps from one copy or zone to the next on the way to one answer; more than any honest name takes.
    private static let stepsMax = 8

    /// The copy that a question falls to, unless special-use names or a forward lie between.
    private func copy(in store: ZoneStore, for question: Question) -> Zone? {
        guard let zone = store.zone(for: question.name, question.type),
            !isSpecialUse(question, below: zone.origin)
        else { return nil }
        let forward = configuration.resolver.forward(for: question)
        return forward?.name.isBelow(zone.origin) ?? false ? nil : zone
    }

    /// The answer that a copy which comes first has by itself.
    func immediateAnswer(to message: Message, _ question: Question) -> Resolution? {
        guard let zone = copy(in: copies.always, for: question),
            case .whole(let code, let answers, let authorities) = zone.extent(
                of: question, signatures: message.edns?.dnssecOK ?? false)
        else { return nil }
        return Resolution(responseCode: code, answers: answers, authorities: authorities)
    }

    /// The answer of a copy that stands by, for a client that can wait no longer.
    func standByAnswer(to message: Message, _ question: Question) -> Resolution? {
        guard let zone = copy(in: copies.fallback, for: question),
            case .whole(let code, let answers, let authorities) = zone.extent(
                of: question, signatures: message.edns?.dnssecOK ?? false)
        else { return nil }
        return Resolution(
            responseCode: code, answers: answers, authorities: authorities, extendedErrors: [note(on: zone)])
    }

    /// Resolves a question with the copies that come first, by the name servers, and with the copies that stand by
    /// where those cannot be reached.
    func resolve(_ asked: Question, for message: Message) async -> Resolution {
        let signatures = message.edns?.dnssecOK ?? false
        var before = Resolution(responseCode: .noError)
        var question = asked
        for _ in 0..<Self.stepsMax {
            switch firstCopy(of: question, signatures) {
            case .whole(let resolution): return before.followed(by: resolution)
            case .alias(let part, let target):
                before = before.followed(by: part)
                question.name = target
                continue
            case .elsewhere: break
            }
            let resolution = await resolver.resolve(
                question, checkingDisabled: message.header.checkingDisabled)
            guard resolution.isRescued else { return before.followed(by: resolution) }
            switch standByCopy(of: question, signatures, insteadOf: resolution) {
            case .whole(let copy): return before.followed(by: copy)
            case .alias(let part, let target):
                before = before.followed(by: part)
                question.name = target
            case .elsewhere(isNew: false): return before.followed(by: resolution)
            case .elsewhere(isNew: true):
                resolver.forgetFailure(of: question)
                let below = await resolver.resolve(
                    question, checkingDisabled: message.header.checkingDisabled)
                return before.followed(by: below)
            }
        }
        return before.followed(by: Resolution(responseCode: .serverFailure))
    }

    /// What a copy comes to.
    private enum Step {
        case whole(Resolution)
        case alias(Resolution, target: Name)
        /// It has no answer itself; new when it told the resolver of servers that were not known.
        case elsewhere(isNew: Bool)
    }

    private func firstCopy(of question: Question, _ signatures: Bool) -> Step {
        guard let zone = copy(in: copies.always, for: question) else { return .elsewhere(isNew: false) }
        return step(zone, question, signatures, Resolution(responseCode: .noError))
    }

    private func standByCopy(
        of question: Question, _ signatures: Bool, insteadOf failed: Resolution
    ) -> Step {
        guard let zone = copy(in: copies.fallback, for: question) else { return .elsewhere(isNew: false) }
        let service = ZoneService(zone: failed.service?.zone ?? zone.origin, servedFrom: .localCopy)
        return step(
            zone, question, signatures,
            Resolution(
                responseCode: .noError, extendedErrors: [note(on: zone)] + failed.failureErrors,
                service: service))
    }

    /// - Parameter frame: what a resolution by this copy has beside the records.
    private func step(
        _ zone: Zone, _ question: Question, _ signatures: Bool, _ frame: Resolution
    ) -> Step {
        var resolution = frame
        switch zone.extent(of: question, signatures: signatures) {
        case .whole(let code, let answers, let authorities):
            resolution.responseCode = code
            resolution.answers = answers
            resolution.authorities = authorities
            return .whole(resolution)
        case .alias(let records, let target):
            resolution.answers = records
            return .alias(resolution, target: target)
        case .delegation(let servers, let glue, let signers):
            prime(with: zone)
            let isNew = resolver.learn(
                .init(parent: zone.origin, servers: servers, glue: glue, signers: signers))
            return .elsewhere(isNew: isNew)
        }
    }

    private func prime(with zone: Zone) {
        guard zone.origin.isRoot, case .answer(let servers) = zone.lookup(.root, .ns) else { return }
        let keys = zone.extent(of: Question(.root, .dnskey), signatures: true)
        guard case .whole(_, let keys, _) = keys else { return }
        resolver.prime(servers: servers, glue: zone.addresses(of: servers), keys: keys)
    }

    private func note(on zone: Zone) -> ExtendedError {
        ExtendedError(.other, copies.note(on: zone, at: loop.now))
    }
}

extension Resolution {
    /// This as the beginning of an answer whose end is `rest`.
    fileprivate func followed(by rest: Resolution) -> Resolution {
        guard !rest.isBogus else { return rest }
        var whole = rest
        whole.answers = answers + rest.answers
        whole.extendedErrors = extendedErrors + rest.extendedErrors.filter { !extendedErrors.contains($0) }
        // A part that was not validated leaves the whole without a mark.
        if !answers.isEmpty { whole.security = nil }
        return whole
    }
}
