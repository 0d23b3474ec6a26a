package import DNSWire

/// What a signed zone proves of names and types that it does not have.
extension Zone {
    /// The hash of a name by the parameters of NSEC3PARAM RDATA (RFC 5155 §5); nil where they are unknown.
    package typealias NameHash = (Name, _ parameters: RecordData) -> [UInt8]?

    /// Whether the zone has keys, so that its records can be validated.
    package var isSigned: Bool { nodes[origin]?[.dnskey] != nil }

    /// The zone's DNSKEY records with their signatures.
    package var keys: [Record] {
        let set = nodes[origin]?[.dnskey] ?? []
        return set + signatures(of: set)
    }

    /// The NSEC or NSEC3 records, with signatures, that show what does not exist at `name`: a type, the name itself, or
    /// a name closer to it than the wildcard that applies (RFC 4035 §3.1.3, RFC 5155 §7.2).
    ///
    /// None where the zone has neither, or `hash` does not know how its names are hashed.
    package func proof(of name: Name, hash: NameHash) -> [Record] {
        guard let parameters = nodes[origin]?[.nsec3param]?.first?.data else { return plainProof(of: name) }
        return hashedProof(of: name) { name in
            hash(name, parameters).flatMap { origin.prepending(Base32Hexadecimal.print($0)) }
        }
    }

    private func plainProof(of name: Name) -> [Record] {
        let encloser = nodes[name] == nil ? closestEncloser(of: name) : nil
        let owners = [name, encloser?.wildcardBelow].compactMap { $0.flatMap { owner(atOrBefore: $0) } }
        return records(.nsec, at: owners)
    }

    private func hashedProof(of name: Name, hashed: (Name) -> Name?) -> [Record] {
        guard let own = hashed(name) else { return [] }
        if nodes[own]?[.nsec3] != nil { return records(.nsec3, at: [own]) }
        var nextCloser = own
        var ancestor = name.parent
        while let encloser = ancestor, encloser.isEqualOrBelow(origin), let place = hashed(encloser) {
            if nodes[place]?[.nsec3] != nil {
                let wildcard = encloser.wildcardBelow.flatMap(hashed)
                let gaps = [nextCloser, wildcard].compactMap { $0.flatMap { owner(atOrBefore: $0) } }
                return records(.nsec3, at: [place] + gaps)
            }
            nextCloser = place
            ancestor = encloser.parent
        }
        return []
    }

    private func closestEncloser(of name: Name) -> Name {
        var current = name.parent
        while let candidate = current, candidate.isBelow(origin), nodes[candidate] == nil {
            current = candidate.parent
        }
        return current ?? origin
    }

    /// The owner of a denial at `name` or before it; the last of all goes round to the first names.
    private func owner(atOrBefore name: Name) -> Name? {
        var low = 0
        var high = denialOwners.count
        while low < high {
            let middle = (low + high) / 2
            if name < denialOwners[middle] { high = middle } else { low = middle + 1 }
        }
        return low > 0 ? denialOwners[low - 1] : denialOwners.last
    }

    private func records(_ type: RecordType, at owners: [Name]) -> [Record] {
        var seen: Set<Name> = []
        return owners.filter { seen.insert($0).inserted }.flatMap { owner in
            let set = nodes[owner]?[type] ?? []
            return set + signatures(of: set)
        }
    }

    /// The RRSIG records that cover a set, of the zone, at a cut too, or made from one of its wildcards.
    func signatures(of set: [Record]) -> [Record] {
        guard let first = set.first, first.type != .rrsig else { return [] }
        if let own = nodes[first.name] { return (own[.rrsig] ?? []).filter { $0.typeCovered == first.type } }
        guard case .answer(let all) = lookup(first.name, .rrsig) else { return [] }
        return all.filter { $0.typeCovered == first.type }
    }

    /// The owners of NSEC3 records, or else of NSEC records, in canonical order, which is that of the hashes too.
    static func denialOwners(of nodes: [Name: RecordSets], origin: Name) -> [Name] {
        let type: RecordType = nodes[origin]?[.nsec3param] == nil ? .nsec : .nsec3
        guard type == .nsec3 || nodes[origin]?[.nsec] != nil else { return [] }
        return nodes.filter { $0.value[type] != nil }.keys.sorted()
    }
}

extension Name {
    /// `*` below this name; nil when it is too long for that.
    fileprivate var wildcardBelow: Name? { prepending([UInt8(ascii: "*")]) }
}
