import DNSWire
import EventLoop
import Primitives
import Reachability
import Recursion
import Validation
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
        let forward = configuration.resolver.forwards.covering(question)
        return forward?.name.isBelow(zone.origin) ?? false ? nil : zone
    }

    /// The answer that a copy which comes first has by itself, where it need not be validated.
    func immediateAnswer(to message: Message, _ question: Question) -> Resolution? {
        guard let zone = copy(in: copies.always, for: question),
            !validates(zone, question, for: message) || !message.header.recursionDesired,
            case .whole(let code, let answers, let authorities) = extent(of: question, in: zone, for: message)
        else { return nil }
        return Resolution(responseCode: code, answers: answers, authorities: authorities)
    }

    /// The answer of a copy that stands by, for a client that can wait no longer.
    func standByAnswer(to message: Message, _ question: Question) async -> Resolution? {
        guard case .whole(let resolution) = await standByCopy(of: question, message, insteadOf: nil) else {
            return nil
        }
        return resolution
    }

    /// Whether what a copy says has to hold by its signatures: it is signed, and the client leaves that to us.
    private func validates(_ zone: Zone, _ question: Question, for message: Message) -> Bool {
        zone.isSigned && configuration.resolver.validation != nil && !message.header.checkingDisabled
            && question.type != .any && question.type != .rrsig
    }

    private func extent(of question: Question, in zone: Zone, for message: Message) -> ZoneExtent {
        let digester = configuration.resolver.validation?.digester
        let needsProof = message.edns?.dnssecOK ?? false || validates(zone, question, for: message)
        return zone.extent(of: question, signatures: needsProof) { name, parameters in
            HashParameters(parameters).flatMap { digester?.hash(name, $0) }
        }
    }

    /// Resolves a question with the copies that come first, by the name servers, and with the copies that stand by
    /// where those cannot be reached.
    @inline(__always)
    func resolve(_ question: Question, for message: Message) async -> Resolution {
        if copy(in: copies.always, for: question) == nil {
            let resolution = await resolver.resolve(
                question, checkingDisabled: message.header.checkingDisabled)
            // What failed is remembered as such when it is resolved again.
            guard resolution.isRescued, copy(in: copies.fallback, for: question) != nil else {
                return resolution
            }
        }
        return await resolveByCopies(question, for: message)
    }

    @inline(never)
    private func resolveByCopies(_ asked: Question, for message: Message) async -> Resolution {
        var before = Resolution(responseCode: .noError)
        var question = asked
        for _ in 0..<Self.stepsMax {
            var refusals: [ExtendedError] = []
            switch await firstCopy(of: question, message) {
            case .whole(let resolution): return before.followed(by: resolution)
            case .alias(let part, let target):
                before = before.followed(by: part)
                question.name = target
                continue
            case .refused(let errors): refusals = errors
            case .elsewhere: break
            }
            let resolution = await resolver.resolve(
                question, checkingDisabled: message.header.checkingDisabled)
            guard resolution.isRescued else { return before.followed(by: resolution) }
            switch await standByCopy(of: question, message, insteadOf: resolution) {
            case .whole(let copy): return before.followed(by: copy)
            case .alias(let part, let target):
                before = before.followed(by: part)
                question.name = target
            case .refused(let errors): return before.followed(by: resolution.with(errors))
            case .elsewhere(isNew: false): return before.followed(by: resolution.with(refusals))
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
        /// What it says does not validate.
        case refused([ExtendedError])
    }

    private func firstCopy(of question: Question, _ message: Message) async -> Step {
        guard let zone = copy(in: copies.always, for: question) else { return .elsewhere(isNew: false) }
        return await step(zone, question, message, Resolution(responseCode: .noError))
    }

    private func standByCopy(
        of question: Question, _ message: Message, insteadOf failed: Resolution?
    ) async -> Step {
        guard let zone = copy(in: copies.fallback, for: question) else { return .elsewhere(isNew: false) }
        let service = ZoneService(zone: failed?.service?.zone ?? zone.origin, servedFrom: .localCopy)
        return await step(
            zone, question, message,
            Resolution(
                responseCode: .noError, extendedErrors: [note(on: zone)] + (failed?.failureErrors ?? []),
                service: service))
    }

    /// - Parameter frame: what a resolution by this copy has beside the records.
    private func step(
        _ zone: Zone, _ question: Question, _ message: Message, _ frame: Resolution
    ) async -> Step {
        var part = frame
        switch extent(of: question, in: zone, for: message) {
        case .whole(let code, let answers, let authorities):
            part.responseCode = code
            part.answers = answers
            part.authorities = authorities
            return await validated(part, zone, question, message, isWhole: true) { .whole($0) }
        case .alias(let records, let proof, let target):
            part.answers = records
            part.authorities = proof
            return await validated(part, zone, question, message, isWhole: false) {
                .alias($0, target: target)
            }
        case .delegation(let servers, let glue, let signers):
            prime(with: zone)
            let isNew = resolver.learn(
                .init(parent: zone.origin, servers: servers, glue: glue, signers: signers, keys: zone.keys))
            return .elsewhere(isNew: isNew)
        }
    }

    /// Goes on with what a copy said if it may be believed: marked as secure when it validates.
    private func validated(
        _ part: Resolution, _ zone: Zone, _ question: Question, _ message: Message, isWhole: Bool,
        then goOn: (Resolution) -> Step
    ) async -> Step {
        guard validates(zone, question, for: message) else { return goOn(part) }
        let verdict = await resolver.validate(
            part, isWhole: isWhole, of: question, in: zone.origin, keys: zone.keys)
        switch verdict {
        case .believed(let security, let ttl): return goOn(part.believed(security, for: ttl))
        case .unknown: return goOn(part)
        case .refused(let reason):
            let note = ExtendedError(.other, "local copy of \(zone.origin), serial \(zone.serial), not used")
            return .refused([note, reason.extendedError])
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
        let isBeginning = answers.isEmpty && authorities.isEmpty && extendedErrors.isEmpty
        guard !isBeginning, !rest.isBogus else { return rest }
        var whole = rest
        whole.answers = answers + rest.answers
        whole.authorities = authorities + rest.authorities.filter { !authorities.contains($0) }
        whole.extendedErrors = extendedErrors + rest.extendedErrors.filter { !extendedErrors.contains($0) }
        // A part that was not validated leaves the whole without a mark.
        if !answers.isEmpty, security != .secure { whole.security = nil }
        return whole
    }

    fileprivate func with(_ errors: [ExtendedError]) -> Resolution {
        var resolution = self
        resolution.extendedErrors += errors
        return resolution
    }

    /// The same after validation, to be kept for `ttl` seconds at most.
    fileprivate func believed(_ security: Security, for ttl: UInt32) -> Resolution {
        var resolution = self
        resolution.security = security
        if let error = security.extendedError { resolution.extendedErrors.append(error) }
        for index in resolution.answers.indices {
            resolution.answers[index].ttl = min(resolution.answers[index].ttl, ttl)
        }
        for index in resolution.authorities.indices {
            resolution.authorities[index].ttl = min(resolution.authorities[index].ttl, ttl)
        }
        return resolution
    }
}
