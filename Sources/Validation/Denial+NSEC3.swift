import DNSWire

/// Proofs by NSEC3 records (RFC 5155 §8). Confined to one verdict: hashes are computed once and counted.
final class HashedProof {
    private let denial: Denial
    private let digester: any RecordDigester
    private let budget: ValidationBudget
    private var hashes: [Name: [UInt8]] = [:]
    /// Whether a hash could not be afforded.
    private(set) var isExhausted = false

    init(denial: Denial, digester: any RecordDigester, budget: ValidationBudget) {
        self.denial = denial
        self.digester = digester
        self.budget = budget
    }

    /// The closest encloser of a name and the record that shows that nothing closer exists (RFC 5155 §8.3).
    private struct Encloser {
        let name: Name
        let cover: HashedNextSecure
    }

    func denyName(_ name: Name) -> ProofOutcome? {
        guard matching(name) == nil else { return .contradicted }
        guard let encloser = closestEncloser(of: name) else { return nil }
        if let wildcard = encloser.name.wildcard {
            guard matching(wildcard) == nil else { return .contradicted }
            guard covering(wildcard) != nil else { return nil }
        }
        return encloser.cover.isOptOut ? .optOut : .proven
    }

    func denyType(_ name: Name, _ type: RecordType) -> ProofOutcome? {
        if let record = matching(name) { return record.types.denies(type, at: name) }
        guard let encloser = closestEncloser(of: name) else { return nil }
        if let wildcard = encloser.name.wildcard, let record = matching(wildcard) {
            let outcome = record.types.denies(type, at: wildcard)
            if case .proven = outcome, encloser.cover.isOptOut { return .optOut }
            return outcome
        }
        // An unsigned delegation, or a name that exists only above one (RFC 5155 §6, erratum 3441).
        return encloser.cover.isOptOut ? .optOut : nil
    }

    func denyCloser(_ name: Name, wildcard: Name) -> ProofOutcome? {
        guard let encloser = wildcard.parent, name.isBelow(encloser) else { return nil }
        let nextCloser = name.suffix(labels: encloser.labelCount + 1)
        guard matching(nextCloser) == nil else { return .contradicted }
        guard let cover = covering(nextCloser) else { return nil }
        return cover.isOptOut ? .optOut : .proven
    }

    /// What NSEC3 records say of a name without DS record.
    enum Delegation {
        case unsigned(isOptOut: Bool)
        case noCut
        case contradicted
    }

    func delegation(_ child: Name) -> Delegation? {
        if let record = matching(child) {
            guard !record.types.contains(.soa) else { return nil }
            if record.types.contains(.ds) { return .contradicted }
            return record.types.contains(.ns) ? .unsigned(isOptOut: false) : Delegation.noCut
        }
        guard let encloser = closestEncloser(of: child) else { return nil }
        return encloser.cover.isOptOut ? .unsigned(isOptOut: true) : Delegation.noCut
    }

    /// Walks up from `name`, which has no record, to the first ancestor that has one.
    private func closestEncloser(of name: Name) -> Encloser? {
        guard name.isBelow(denial.zone) else { return nil }
        var nextCloser = name
        while let ancestor = nextCloser.parent, ancestor.isEqualOrBelow(denial.zone) {
            if let record = matching(ancestor) {
                guard !record.types.endsHere, let cover = covering(nextCloser) else { return nil }
                return Encloser(name: ancestor, cover: cover)
            }
            if isExhausted { return nil }
            nextCloser = ancestor
        }
        return nil
    }

    private func matching(_ name: Name) -> HashedNextSecure? {
        guard let hash = hash(name) else { return nil }
        return denial.hashed.first { $0.hash == hash }
    }

    private func covering(_ name: Name) -> HashedNextSecure? {
        guard let hash = hash(name) else { return nil }
        return denial.hashed.first { $0.covers(hash) }
    }

    private func hash(_ name: Name) -> [UInt8]? {
        if let known = hashes[name] { return known }
        guard !isExhausted, let parameters = denial.hashed.first?.parameters else { return nil }
        guard budget.spendHash(iterations: parameters.iterations) else {
            isExhausted = true
            return nil
        }
        guard let hash = digester.hash(name, parameters) else { return nil }
        hashes[name] = hash
        return hash
    }
}
