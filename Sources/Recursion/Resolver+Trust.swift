import Caching
import DNSWire
import Primitives
import Validation

/// What a chain of trust says of the zone that a name belongs to.
enum ZoneTrust {
    case secure(ZoneKeys)
    case insecure(InsecurityReason)
    case bogus(BogusReason)
    case indeterminate
    /// The records that would tell could not be fetched.
    case unknown([ExtendedError])
}

extension Resolver {
    /// Follows the chain of trust from the closest trust anchor down to `name` (RFC 4035 §5).
    ///
    /// Where a zone begins at `name` the keys are its own, otherwise those of the zone that `name` is in. The cuts
    /// in between are those that resolution has come over, and those that signatures name; where neither leads on,
    /// every label is tried.
    func trust(of name: Name, budget: Budget) async -> ZoneTrust {
        guard let validation = configuration.validation, let apex = validation.anchors.zone(above: name)
        else {
            return .indeterminate
        }
        if let off = negativeAnchor(above: name), off.name.isEqualOrBelow(apex) {
            return .insecure(.negativeTrustAnchor(off))
        }
        var keys: ZoneKeys
        switch await cut(apex, below: nil, budget: budget) {
        case .zone(let found): keys = found
        case let other: return ZoneTrust(other, name: apex)
        }
        var search = CutSearch(name: name)
        while keys.zone != name,
            let next = search.next(below: keys.zone, isKnown: { delegatedServers(of: $0) != nil })
        {
            switch await cut(next, below: keys, budget: budget) {
            case .zone(let found): keys = found
            case .notDelegation:
                if next == name { return .secure(keys) }
                search.refute(next)
            case .within(let zone):
                guard search.add([zone]) else { return .bogus(.denialMissing(next, .ds)) }
            case .unsigned:
                let between = (keys.zone.labelCount + 1..<max(next.labelCount, keys.zone.labelCount + 1)).map
                {
                    next.suffix(labels: $0)
                }
                guard search.add(between) else { return .bogus(.denialMissing(next, .ds)) }
            case let other: return ZoneTrust(other, name: next)
            }
        }
        return .secure(keys)
    }

    /// What stands at `name`; found out once however many wait for it.
    ///
    /// - Parameter parent: the zone above; nil for a zone with trust anchors of its own.
    private func cut(_ name: Name, below parent: ZoneKeys?, budget: Budget) async -> Cut {
        while true {
            if let known = trusts.find(name, at: upstream.now) { return known }
            guard cutFlights[name] != nil else { break }
            await withUnsafeContinuation { cutFlights[name, default: []].append($0) }
        }
        cutFlights[name] = []
        let found = await discover(name, below: parent, budget: budget)
        for waiter in cutFlights.removeValue(forKey: name) ?? [] { waiter.resume() }
        return found
    }

    private func discover(_ name: Name, below parent: ZoneKeys?, budget: Budget) async -> Cut {
        let found: Cut
        if let parent, configuration.validation?.anchors.anchors(of: name).isEmpty ?? true {
            found = await followDelegation(to: name, from: parent, budget: budget)
        } else {
            let anchors = configuration.validation?.anchors.anchors(of: name) ?? []
            found = await followKeys(of: name, anchors: anchors, limit: Lifetime(), budget: budget)
        }
        if case .unknown = found, let stale = trusts.findStale(name, at: upstream.wallTime) { return stale }
        return found
    }

    /// How long something may be believed: by its TTL, and by the signatures that it rests on.
    struct Lifetime {
        var ttl = Limits.ttlMax
        var signedUntil: Timestamp?

        mutating func limit(by proof: SignatureProof, at now: Timestamp) {
            ttl = min(ttl, proof.ttl)
            let end = SignatureRecord.timestamp(proof.signature.expiration, near: now)
            signedUntil = signedUntil.map { min($0, end) } ?? end
        }
    }

    func remember(_ cut: Cut, at name: Name, for lifetime: Lifetime) {
        let now = upstream.now
        trusts.store(
            cut, at: name, until: now + .seconds(Int64(lifetime.ttl)), signedUntil: lifetime.signedUntil,
            now: now)
    }

    /// Fetches a zone's DNSKEY set and checks it by its DS records or anchors (RFC 4035 §5.2).
    ///
    /// - Parameter anew: whether to ask though the set is cached.
    func followKeys(
        of zone: Name, anchors: [TrustAnchor], limit: Lifetime, anew: Bool = false, budget: Budget
    ) async -> Cut {
        guard let validation = configuration.validation else { return .unsigned }
        var lifetime = limit
        let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
        if case .insecure(let reason) = validator.followable(anchors, zone: zone) {
            remember(.insecure(reason), at: zone, for: lifetime)
            return .insecure(reason)
        }
        let question = Question(zone, .dnskey)
        var refuted: BogusReason?
        for attempt in 0...ValidationLimits.retries {
            let cached = attempt == 0 && !anew ? cached(question) : nil
            let found = if let cached { cached } else { await iterate(question, budget: budget, depth: 1) }
            if case .failure(let errors) = found {
                return refuted.map { refuse($0, at: zone, unless: anew) } ?? .unknown(errors)
            }
            let set = found.finding?.sets.first { $0.type == .dnskey && $0.name == zone }
            let trials = validator.keyTrials(
                of: set.map { SignedSet($0) }, zone: zone, anchors: anchors)
            switch await finish(trials, budget: budget) {
            case .secure(let keys, let proof):
                lifetime.limit(by: proof, at: upstream.wallTime)
                remember(.zone(keys), at: zone, for: lifetime)
                if let set, !validation.anchors.anchors(of: zone).isEmpty {
                    validation.source.observe(SignedSet(set), at: upstream.wallTime)
                    if cached == nil { signalAnchors(of: zone) }
                }
                if var finding = found.finding, finding.security != .secure {
                    finding.security = .secure
                    finding.limit(to: proof.ttl)
                    keep(found.with(finding), question)
                }
                return .zone(keys)
            case .insecure(let reason):
                remember(.insecure(reason), at: zone, for: lifetime)
                return .insecure(reason)
            case .bogus(let reason):
                refuted = .telling(refuted, reason)
                if case .limitReached = reason { return .bogus(reason) }
                if cached != nil { cache.remove(zone, .dnskey) }
                if let source = found.finding?.source { budget.mistrust(source) }
            }
        }
        return refuse(refuted ?? .keysMissing(zone: zone), at: zone, unless: anew)
    }

    /// What is asked anew only to see whether there are new keys leaves those that are known in place when it does not
    /// validate.
    private func refuse(_ reason: BogusReason, at zone: Name, unless anew: Bool) -> Cut {
        anew ? .bogus(reason) : remember(reason, at: zone)
    }

    /// A zone found bogus is not asked again for a while; a limit of one client's query binds no other client.
    func remember(_ reason: BogusReason, at zone: Name) -> Cut {
        let now = upstream.now
        trusts.store(.bogus(reason), at: zone, until: now + Limits.failureMax / 3, now: now)
        return .bogus(reason)
    }
}

extension ZoneTrust {
    init(_ cut: Cut, name: Name) {
        switch cut {
        case .zone(let keys): self = .secure(keys)
        case .insecure(let reason): self = .insecure(reason)
        case .bogus(let reason): self = .bogus(reason)
        case .unknown(let errors): self = .unknown(errors)
        case .notDelegation, .within, .unsigned: self = .bogus(.denialMissing(name, .ds))
        }
    }
}

/// The names between a zone and a name below it where a chain of trust may lead on.
struct CutSearch {
    let name: Name
    private var named: Set<Name> = []
    private var refuted: Set<Name> = []

    init(name: Name) { self.name = name }

    /// The next name down from `zone` to look at; nil when `name` is not below it.
    func next(below zone: Name, isKnown: (Name) -> Bool) -> Name? {
        let count = name.labelCount
        guard zone.labelCount < count else { return nil }
        for labels in (zone.labelCount + 1)..<count {
            let candidate = name.suffix(labels: labels)
            if !refuted.contains(candidate), named.contains(candidate) || isKnown(candidate) {
                return candidate
            }
        }
        return name
    }

    /// No zone begins there.
    mutating func refute(_ name: Name) { refuted.insert(name) }

    /// Has these looked at too; false when that brings nothing new.
    mutating func add(_ names: [Name]) -> Bool {
        let new = names.filter { !named.contains($0) && !refuted.contains($0) && name.isBelow($0) }
        named.formUnion(new)
        return !new.isEmpty
    }
}
