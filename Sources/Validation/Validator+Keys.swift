public import DNSWire

/// What became of a zone's DNSKEY set.
public enum KeysVerdict: Hashable, Sendable {
    /// The keys, and the signature that vouches for them.
    case secure(ZoneKeys, SignatureProof)
    case insecure(InsecurityReason)
    case bogus(BogusReason)
}

extension Validator {
    /// Whether DS records or anchors can be followed at all; otherwise the zone counts as unsigned
    /// (RFC 4035 §5.2, RFC 6840 §5.2).
    public func followable(_ anchors: [TrustAnchor], zone: Name) -> KeyAnchors {
        let known = anchors.filter { verifier.supports($0.algorithm) }
        guard !known.isEmpty else {
            return .insecure(.unsupportedAlgorithms(zone: zone, Self.distinct(anchors.map(\.algorithm))))
        }
        let digests = known.compactMap { anchor -> DigestType? in
            if case .digest(let signer) = anchor { signer.digestType } else { nil }
        }
        let strong = digests.contains { $0 != .sha1 && digester.supports($0) }
        let usable = known.filter { anchor in
            guard case .digest(let signer) = anchor else { return true }
            // SHA-1 beside a better digest could only weaken it (RFC 4509 §3).
            return digester.supports(signer.digestType) && !(strong && signer.digestType == .sha1)
        }
        guard !usable.isEmpty else {
            return .insecure(.unsupportedDigests(zone: zone, Self.distinct(digests)))
        }
        return .usable(Array(usable.prefix(ValidationLimits.delegationSigners)))
    }

    /// Checks a zone's DNSKEY set by its DS records or trust anchors: one of its keys must be known and must have
    /// signed the set (RFC 4035 §5.2).
    public func validateKeys(_ set: SignedSet?, zone: Name, anchors: [TrustAnchor]) -> KeysVerdict {
        keyTrials(of: set, zone: zone, anchors: anchors).finish()
    }

    /// The same, one signature check at a time.
    public func keyTrials(of set: SignedSet?, zone: Name, anchors: [TrustAnchor]) -> KeyTrials {
        KeyTrials(set, zone: zone, anchors: anchors, validator: self)
    }

    /// The keys of a DNSKEY set that DS records or anchors speak of: any of them may vouch for the set. Costs digests, and
    /// no signature check.
    func entryKeys(of set: SignedSet?, zone: Name, anchors: [TrustAnchor]) -> EntryKeys.Search {
        let usable: [TrustAnchor]
        switch followable(anchors, zone: zone) {
        case .insecure(let reason): return .insecure(reason)
        case .usable(let found): usable = found
        }
        guard let set, set.type == .dnskey, set.name == zone, !set.data.isEmpty else {
            return .bogus(.keysMissing(zone: zone))
        }
        let keys = set.data.compactMap { KeyRecord($0) }
        var entries = EntryKeys(
            set: set, all: ZoneKeys(zone: zone, keys: keys),
            algorithms: Self.distinct(usable.map(\.algorithm)))
        for anchor in usable {
            let candidates = keys.filter { $0.keyTag == anchor.keyTag && $0.algorithm == anchor.algorithm }
            if candidates.isEmpty {
                entries.note(
                    .noKeyForDelegation(zone: zone, keyTag: anchor.keyTag, algorithm: anchor.algorithm))
            }
            for key in candidates.prefix(ValidationLimits.keysPerTag) {
                if matches(anchor, key, zone: zone) {
                    entries.add(key)
                } else {
                    entries.note(.digestMismatch(zone: zone, keyTag: key.keyTag, algorithm: key.algorithm))
                }
            }
        }
        return .found(entries)
    }

    private func matches(_ anchor: TrustAnchor, _ key: KeyRecord, zone: Name) -> Bool {
        switch anchor {
        case .digest(let signer): signer.matches(key, zone: zone, digester: digester)
        case .key(let known): known.data == key.data
        }
    }

    static func distinct<Item: Hashable>(_ items: [Item]) -> [Item] {
        var seen: Set<Item> = []
        return items.filter { seen.insert($0).inserted }
    }
}

/// What can be made of DS records or trust anchors.
public enum KeyAnchors: Hashable, Sendable {
    case usable([TrustAnchor])
    case insecure(InsecurityReason)
}

/// The keys of a DNSKEY set by which a chain of trust may enter a zone.
struct EntryKeys: Sendable {
    private let set: SignedSet
    /// All keys of the set, which hold once one of the known has signed it.
    let all: ZoneKeys
    /// Those that a DS record or an anchor speaks of, in their order.
    private(set) var known: [KeyRecord] = []
    /// What is wrong with the others, as far as it is worth telling.
    private(set) var reason: BogusReason?
    private let algorithms: [SecurityAlgorithm]

    enum Search: Sendable {
        case found(EntryKeys)
        case insecure(InsecurityReason)
        case bogus(BogusReason)
    }

    init(set: SignedSet, all: ZoneKeys, algorithms: [SecurityAlgorithm]) {
        self.set = set
        self.all = all
        self.algorithms = algorithms
    }

    /// The set with the signatures that may be by a key: what others have signed says nothing of it. All where there are
    /// none.
    func set(signedBy key: KeyRecord) -> SignedSet {
        let own = set.signatures.filter { data in
            SignatureRecord(data).map { $0.keyTag == key.keyTag && $0.algorithm == key.algorithm } ?? false
        }
        var part = set
        if !own.isEmpty { part.signatures = own }
        return part
    }

    mutating func add(_ key: KeyRecord) {
        if !known.contains(key) { known.append(key) }
    }

    mutating func note(_ found: BogusReason) { reason = .telling(reason, found) }

    /// The verdict on a set that no known key has signed. A zone none of whose known keys can be used, by their size, is as
    /// one of an unknown algorithm.
    func conclude(_ reason: BogusReason?) -> KeysVerdict {
        if case .signaturesUnsupported = reason {
            return .insecure(.unsupportedAlgorithms(zone: all.zone, algorithms))
        }
        return .bogus(reason ?? .keysMissing(zone: all.zone))
    }
}
