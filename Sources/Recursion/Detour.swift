import Caching
import DNSWire
import Primitives

/// A way round a zone whose servers cannot be reached; each is tried once in a walk, in this order.
enum Detour: CaseIterable {
    /// The parent may name other servers by now.
    case parent
    /// A delegation below the zone that has expired may still lead to live servers.
    case expiredDelegation
}

extension Resolver {
    /// The delegation from which a walk goes on after the servers of `failed` were all in vain; nil where the detour
    /// does not lead anywhere.
    func delegation(by detour: Detour, round failed: Delegation, to question: Question) -> Delegation? {
        switch detour {
        case .parent:
            guard let above = failed.zone.parent, mayAskParent(of: failed.zone) else { return nil }
            return closestDelegation(to: Question(above, .ns))
        case .expiredDelegation:
            return expiredDelegation(to: question, below: failed.zone)
        }
    }

    /// Whether the parent of a zone was not asked for it lately; it counts as asked then.
    ///
    /// Without this bound the clients of a dead zone would all be passed on to its parent, as in October 2021, when the
    /// servers of .com got a hundred times their load.
    private func mayAskParent(of zone: Name) -> Bool {
        if let until = parentsAsked[zone], upstream.now < until { return false }
        if parentsAsked.count >= Limits.zonesRemembered { parentsAsked.removeAll() }
        parentsAsked[zone] = upstream.now + Limits.parentInterval
        return true
    }

    private func expiredDelegation(to question: Question, below zone: Name) -> Delegation? {
        var current: Name? = question.type == .ds ? question.name.parent : question.name
        while let name = current, name != zone, !name.isRoot {
            if case .positive(let set) = cache.find(name, .ns, .delegation, at: upstream.now, stale: true)?
                .answer
            {
                return Delegation(zone: name, servers: set.targets)
            }
            current = name.parent
        }
        return nil
    }
}
