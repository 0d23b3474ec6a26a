import Caching
import DNSWire
import Primitives
import Validation

/// Denials from NSEC records that earlier denials brought (RFC 8198).
extension Resolver {
    /// Keeps the NSEC records of a validated denial.
    func rememberDenial(_ finding: Finding) {
        guard finding.security == .secure else { return }
        let sets = finding.proof.filter { $0.type == .nsec }
        guard let zone = sets.first?.signers.first, let ttl = sets.map(\.ttl).min() else { return }
        let start = finding.sets.first { $0.type == .soa && $0.name == zone }
        denials.store(
            sets.filter { $0.signers == [zone] }, start: start, zone: zone,
            until: upstream.now + .seconds(Int64(ttl)))
    }

    /// The denial that records at hand prove; nil where they prove none.
    ///
    /// The zone's chain of trust must stand, and the zone must be the deepest that is known to hold the name.
    func synthesised(_ question: Question, budget: Budget) -> Found? {
        let now = upstream.now
        guard let validation = configuration.validation, question.type != .ds,
            let zone = denials.zone(above: question.name), let start = denials.start(of: zone, at: now),
            case .zone = trusts.find(zone, at: now), closestDelegation(to: question).zone == zone,
            let link = denials.link(for: question.name, in: zone, at: now)
        else { return nil }
        var links = [link]
        if let gap = link.set.data.first.flatMap({ NextSecure(owner: link.set.name, $0) }),
            link.set.name != question.name,
            let wildcard = gap.closestEncloser(of: question.name).wildcard,
            let other = denials.link(for: wildcard, in: zone, at: now), other.set.name != link.set.name
        {
            links.append(other)
        }
        let validator = validation.validator(at: upstream.wallTime, budget: budget.validation)
        let denial = Denial(zone: zone, sets: links.map { SignedSet($0.set) })
        var finding = Finding(sets: [start.set], proof: links.map(\.set), security: .secure)
        finding.isSynthesised = true
        let left = (links + [start]).map { ($0.until - now).nanoseconds / 1_000_000_000 }.min() ?? 0
        finding.limit(to: UInt32(clamping: left))
        if validator.denyName(question.name, question.type, by: denial) == .secure {
            return .nameError(finding)
        }
        if validator.denyType(question.name, question.type, by: denial) == .secure { return .noData(finding) }
        return nil
    }
}
