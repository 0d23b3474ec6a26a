package import DNSWire

/// How far one zone by itself answers a question.
package enum ZoneExtent: Hashable, Sendable {
    /// To the end: aliases within the zone first, then what was asked for, or its absence with the SOA record.
    case whole(ResponseCode, answers: [Record], authorities: [Record])
    /// To an alias whose target lies elsewhere, and which the last of the records names.
    case alias([Record], target: Name)
    /// To a zone cut: the servers of the zone below, the addresses that this zone has for them, and its DS records
    /// or the NSEC record that denies them, with their signatures (RFC 4035 §3.1.4).
    case delegation(servers: [Record], glue: [Record], signers: [Record])
}

extension Zone {
    /// Follows the zone's aliases as far as it goes (RFC 1034 §4.3.2).
    ///
    /// - Parameter signatures: adds the RRSIG records of each set, where the zone has them (RFC 4035 §3.1.1).
    package func extent(of question: Question, signatures: Bool) -> ZoneExtent {
        var answers: [Record] = []
        var name = question.name
        let signed = { (set: [Record]) in signatures ? set + self.signatures(of: set) : set }
        for _ in 0..<Self.aliasesMax {
            switch lookup(name, question.type) {
            case .answer(let set):
                return .whole(.noError, answers: answers + signed(set), authorities: [])
            case .noData(let authority):
                return .whole(.noError, answers: answers, authorities: signed([authority]))
            case .nameError(let authority):
                return .whole(.nameError, answers: answers, authorities: signed([authority]))
            case .alias(let record):
                answers += signed([record])
                guard let target = record.target else { return .alias(answers, target: name) }
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
                    ? .delegation(servers: servers, glue: glue, signers: signers(of: servers))
                    : .alias(answers, target: name)
            case .outOfZone:
                return .alias(answers, target: name)
            }
        }
        return .whole(.serverFailure, answers: answers, authorities: [])
    }

    /// The RRSIG records that cover a set of the zone.
    private func signatures(of set: [Record]) -> [Record] {
        guard let first = set.first, first.type != .rrsig, case .answer(let all) = lookup(first.name, .rrsig)
        else { return [] }
        return all.filter { $0.typeCovered == first.type }
    }

    private func signers(of servers: [Record]) -> [Record] {
        guard let cut = servers.first?.name, let sets = nodes[cut] else { return [] }
        let signed = (sets[.ds] ?? []) + (sets[.nsec] ?? [])
        return signed + (sets[.rrsig] ?? []).filter { $0.typeCovered == .ds || $0.typeCovered == .nsec }
    }
}

extension ResponseCode {
    /// YXDOMAIN: a name that a DNAME record makes is too long (RFC 6672 §2.2).
    fileprivate static let nameTooLong = ResponseCode(rawValue: 6)
}
