package import DNSWire

/// How far one zone by itself answers a question.
package enum ZoneExtent: Hashable, Sendable {
    /// To the end: aliases within the zone first, then what was asked for, or its absence with the SOA record.
    case whole(ResponseCode, answers: [Record], authorities: [Record])
    /// To an alias whose target lies elsewhere, and which the last of the records names; with them what proves the use
    /// of wildcards.
    case alias([Record], proof: [Record], target: Name)
    /// To a zone cut: the servers of the zone below, the addresses that this zone has for them, and its DS records
    /// or the NSEC or NSEC3 records that deny them, with their signatures (RFC 4035 §3.1.4).
    case delegation(servers: [Record], glue: [Record], signers: [Record])
}

extension Zone {
    /// Follows the zone's aliases as far as it goes (RFC 1034 §4.3.2).
    ///
    /// - Parameters:
    ///   - signatures: adds the RRSIG records of each set, where the zone has them (RFC 4035 §3.1.1), and what proves
    ///     denials and the use of wildcards (RFC 4035 §3.1.3).
    ///   - hash: how names are hashed in a zone with NSEC3.
    package func extent(
        of question: Question, signatures: Bool, hash: NameHash = { _, _ in nil }
    ) -> ZoneExtent {
        var answers: [Record] = []
        var proofs: [Record] = []
        var name = question.name
        let signed = { (set: [Record]) in signatures ? set + self.signatures(of: set) : set }
        func prove(_ name: Name) {
            let more = signatures ? proof(of: name, hash: hash) : []
            proofs += more.filter { !proofs.contains($0) }
        }
        for _ in 0..<Self.aliasesMax {
            let answer = lookup(name, question.type)
            // What is said of a name without a node of its own is said by a wildcard.
            if nodes[name] == nil, answer.isOfWildcard { prove(name) }
            switch answer {
            case .answer(let set):
                return .whole(.noError, answers: answers + signed(set), authorities: proofs)
            case .noData(let authority):
                prove(name)
                return .whole(.noError, answers: answers, authorities: signed([authority]) + proofs)
            case .nameError(let authority):
                prove(name)
                return .whole(.nameError, answers: answers, authorities: signed([authority]) + proofs)
            case .alias(let record):
                answers += signed([record])
                guard let target = record.target else { return .alias(answers, proof: proofs, target: name) }
                name = target
            case .redirection(let record, let alias):
                answers += signed([record])
                guard let alias, let target = alias.target else {
                    return .whole(.nameTooLong, answers: answers, authorities: [])
                }
                answers.append(alias)
                name = target
            case .referral(let servers, let glue):
                return answers.isEmpty
                    ? .delegation(servers: servers, glue: glue, signers: signers(of: servers, hash))
                    : .alias(answers, proof: proofs, target: name)
            case .outOfZone:
                return .alias(answers, proof: proofs, target: name)
            }
        }
        return .whole(.serverFailure, answers: answers, authorities: [])
    }

    private func signers(of servers: [Record], _ hash: NameHash) -> [Record] {
        guard let cut = servers.first?.name, let sets = nodes[cut] else { return [] }
        guard let signers = sets[.ds] else { return proof(of: cut, hash: hash) }
        return signers + (sets[.rrsig] ?? []).filter { $0.typeCovered == .ds }
    }
}

extension ZoneAnswer {
    /// Whether this is what a wildcard can say of a name.
    fileprivate var isOfWildcard: Bool {
        switch self {
        case .answer, .alias: true
        default: false
        }
    }
}

extension ResponseCode {
    /// YXDOMAIN: a name that a DNAME record makes is too long (RFC 6672 §2.2).
    fileprivate static let nameTooLong = ResponseCode(rawValue: 6)
}
