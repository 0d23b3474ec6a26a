package import DNSWire

extension Zone {
    /// What the zone says of `name` and `type`, by RFC 1034 §4.3.2 as made precise by RFC 4592 and RFC 6672.
    ///
    /// ANY is answered with one record set (RFC 8482 §4.1). DS at a cut is answered from this side of it
    /// (RFC 4035 §3.1.4.1).
    package func lookup(_ name: Name, _ type: RecordType) -> ZoneAnswer {
        guard name.isEqualOrBelow(origin) else { return .outOfZone }
        let depth = name.labelCount
        for count in origin.labelCount...depth {
            let current = name.suffix(labels: count)
            guard let sets = nodes[current] else {
                return synthesize(name, type, encloser: name.suffix(labels: count - 1))
            }
            if count > origin.labelCount, let servers = sets[.ns], count < depth || type != .ds {
                return .referral(servers: servers, glue: addresses(of: servers))
            }
            if count < depth, let redirection = sets[.dname]?.first {
                return .redirection(redirection, alias: Self.alias(of: name, by: redirection))
            }
        }
        return match(nodes[name] ?? [:], name, type)
    }

    /// The addresses that the zone holds for the targets of `servers`, glue or not, each target once.
    package func addresses(of servers: [Record]) -> [Record] {
        var seen: Set<Name> = []
        var found: [Record] = []
        for target in servers.compactMap(\.target) where seen.insert(target).inserted {
            guard let sets = nodes[target] else { continue }
            found += (sets[.a] ?? []) + (sets[.aaaa] ?? [])
        }
        return found
    }

    /// A name that does not exist, under its closest encloser: the wildcard there, if any (RFC 4592 §3.3.1).
    private func synthesize(_ name: Name, _ type: RecordType, encloser: Name) -> ZoneAnswer {
        guard let wildcard = encloser.prepending([UInt8(ascii: "*")]), let sets = nodes[wildcard] else {
            return .nameError(negativeAuthority)
        }
        return match(sets, name, type)
    }

    private func match(_ sets: RecordSets, _ name: Name, _ type: RecordType) -> ZoneAnswer {
        func renamed(_ set: [Record]) -> [Record] {
            set.map { record in
                var record = record
                record.name = name
                return record
            }
        }
        if let set = sets[type] { return .answer(renamed(set)) }
        if type == .any, let set = Self.representative(of: sets) { return .answer(renamed(set)) }
        if let alias = sets[.cname]?.first {
            return renamed([alias]).first.map(ZoneAnswer.alias) ?? .outOfZone
        }
        return .noData(negativeAuthority)
    }

    /// The one set that stands for all in an answer to ANY: of the lowest type that is not a signature.
    private static func representative(of sets: RecordSets) -> [Record]? {
        let described: Set<RecordType> = [.rrsig, .nsec, .nsec3]
        let type = sets.keys.filter { !described.contains($0) }.min() ?? sets.keys.min()
        return type.flatMap { sets[$0] }
    }

    /// The CNAME record that a DNAME record makes of a name below it, with the DNAME's TTL (RFC 6672 §3.1).
    private static func alias(of name: Name, by redirection: Record) -> Record? {
        guard let target = redirection.target,
            let renamed = name.replacing(suffix: redirection.name, with: target)
        else { return nil }
        return Record(
            name: name, type: .cname, ttl: redirection.ttl, data: RecordData(octets: renamed.octets))
    }
}
