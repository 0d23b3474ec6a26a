import DNSWire
import Primitives
import Validation

/// What stands at a name, seen along a chain of trust from the zone above.
enum Cut {
    /// A zone with keys that the chain reaches.
    case zone(ZoneKeys)
    /// A zone, or more, without a chain.
    case insecure(InsecurityReason)
    case bogus(BogusReason)
    /// No zone begins here: the name belongs to the zone above.
    case notDelegation
    /// The signatures are by a zone in between.
    case within(Name)
    /// Neither DS records nor a denial is signed: a zone without a chain may lie in between.
    case unsigned
    /// The records that would tell could not be fetched.
    case unknown([ExtendedError])
}

/// The cuts that a worker has followed chains of trust over. Confined to it.
struct TrustMemory {
    private struct Entry {
        let cut: Cut
        let until: Instant
        /// When the signatures end that the keys rest on; nil without keys.
        let signedUntil: Timestamp?
    }

    private var entries: [Name: Entry] = [:]

    /// What is known of the name and still holds.
    func find(_ name: Name, at now: Instant) -> Cut? {
        guard let entry = entries[name], now < entry.until else { return nil }
        return entry.cut
    }

    /// The keys or their proven absence that held until their TTL ended, as long as the signatures hold: for when
    /// nobody can be asked.
    func findStale(_ name: Name, at now: Timestamp) -> Cut? {
        guard let entry = entries[name] else { return nil }
        switch entry.cut {
        case .zone: return entry.signedUntil.map { now <= $0 } == true ? entry.cut : nil
        case .insecure: return entry.cut
        default: return nil
        }
    }

    mutating func store(
        _ cut: Cut, at name: Name, until: Instant, signedUntil: Timestamp? = nil, now: Instant
    ) {
        if entries.count >= ValidationLimits.rememberedZones, entries[name] == nil {
            entries = entries.filter { now < $0.value.until }
            if entries.count >= ValidationLimits.rememberedZones { entries.removeAll() }
        }
        entries[name] = Entry(cut: cut, until: until, signedUntil: signedUntil)
    }

    mutating func removeAll() { entries.removeAll() }

    /// Why names at and above `name` count as unsigned, as far as is remembered; the deepest reason.
    func insecurity(of name: Name) -> InsecurityReason? {
        var current: Name? = name
        while let candidate = current {
            if case .insecure(let reason) = entries[candidate]?.cut { return reason }
            current = candidate.parent
        }
        return nil
    }
}
