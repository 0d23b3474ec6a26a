public import DNSWire

/// Proofs by NSEC records (RFC 4035 §5.4 with the corrections of RFC 6840 §4).
extension Denial {
    /// The record whose owner is `name`.
    private func matching(_ name: Name) -> NextSecure? { plain.first { $0.owner == name } }

    /// The record in whose gap `name` lies, of this side of every zone cut.
    private func covering(_ name: Name) -> NextSecure? {
        plain.first { $0.covers(name, in: zone) && !(name.isBelow($0.owner) && $0.types.endsHere) }
    }

    func deniesName(_ name: Name) -> ProofOutcome? {
        guard matching(name) == nil else { return .contradicted }
        guard let cover = covering(name) else { return nil }
        // What lies between an owner and a name below it exists without records (RFC 4592 §2.2.2).
        guard !cover.next.isBelow(name) else { return .contradicted }
        guard let wildcard = cover.closestEncloser(of: name).wildcard else { return .proven }
        guard matching(wildcard) == nil else { return .contradicted }
        guard let gap = covering(wildcard) else { return nil }
        return gap.next.isBelow(wildcard) ? .contradicted : .proven
    }

    func deniesType(_ name: Name, _ type: RecordType) -> ProofOutcome? {
        if let record = matching(name) { return record.types.denies(type, at: name) }
        guard let cover = covering(name) else { return nil }
        if cover.next.isBelow(name) { return .proven }
        guard let wildcard = cover.closestEncloser(of: name).wildcard else { return nil }
        if let record = matching(wildcard) { return record.types.denies(type, at: wildcard) }
        return covering(wildcard).map { $0.next.isBelow(wildcard) } == true ? .proven : nil
    }

    func deniesCloser(_ name: Name, wildcard: Name) -> ProofOutcome? {
        guard matching(name) == nil else { return .contradicted }
        guard let cover = covering(name) else { return nil }
        guard !cover.next.isBelow(name) else { return .contradicted }
        return cover.closestEncloser(of: name).wildcard == wildcard ? .proven : .contradicted
    }

    /// What NSEC records say of a name without DS record.
    enum Delegation {
        case unsigned
        case noCut
        case contradicted
    }

    func delegation(_ child: Name) -> Delegation? {
        if let record = matching(child) {
            // The child's own record at its apex says nothing about the parent.
            guard !record.types.contains(.soa) else { return nil }
            if record.types.contains(.ds) { return .contradicted }
            return record.types.contains(.ns) ? .unsigned : Delegation.noCut
        }
        return covering(child) == nil ? nil : Delegation.noCut
    }
}

extension NextSecure {
    /// Whether `name` lies strictly between the owner and the next owner; the last record's gap ends at the apex.
    public func covers(_ name: Name, in zone: Name) -> Bool {
        guard name.isEqualOrBelow(zone), owner < name else { return false }
        return next == zone || name < next
    }

    /// The longest ancestor of a covered name that exists, for both ends of the gap do.
    public func closestEncloser(of name: Name) -> Name {
        let before = name.commonAncestor(owner)
        let after = name.commonAncestor(next)
        return before.labelCount >= after.labelCount ? before : after
    }
}
