package import DNSWire

/// What became of a zone's DNSKEY set.
package enum KeysVerdict: Hashable, Sendable {
    /// The keys, and the signature that vouches for them.
    case secure(ZoneKeys, SignatureProof)
    case insecure(InsecurityReason)
    case bogus(BogusReason)
}

extension Validator {
    /// Whether DS records or anchors can be followed at all; otherwise the zone counts as unsigned
    /// (RFC 4035 §5.2, RFC 6840 §5.2).
    package func followable(_ anchors: [TrustAnchor], zone: Name) -> KeyAnchors {
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
    package func validateKeys(_ set: SignedSet?, zone: Name, anchors: [TrustAnchor]) -> KeysVerdict {
        let usable: [TrustAnchor]
        switch followable(anchors, zone: zone) {
        case .insecure(let reason): return .insecure(reason)
        case .usable(let found): usable = found
        }
        guard let set, set.type == .dnskey, set.name == zone, !set.data.isEmpty else {
            return .bogus(.keysMissing(zone: zone))
        }
        let keys = set.data.compactMap { KeyRecord($0) }
        var reason: BogusReason?
        var tried: Set<KeyRecord> = []
        for anchor in usable {
            let candidates = keys.filter { $0.keyTag == anchor.keyTag && $0.algorithm == anchor.algorithm }
            guard !candidates.isEmpty else {
                reason = .telling(
                    reason,
                    .noKeyForDelegation(zone: zone, keyTag: anchor.keyTag, algorithm: anchor.algorithm))
                continue
            }
            for key in candidates.prefix(ValidationLimits.keysPerTag) {
                guard matches(anchor, key, zone: zone) else {
                    reason = .telling(
                        reason, .digestMismatch(zone: zone, keyTag: key.keyTag, algorithm: key.algorithm))
                    continue
                }
                guard tried.insert(key).inserted else { continue }
                switch validate(set, keys: ZoneKeys(zone: zone, keys: [key])) {
                case .secure(let proof): return .secure(ZoneKeys(zone: zone, keys: keys), proof)
                case .bogus(let found): reason = .telling(reason, found)
                }
                if case .limitReached = reason { return .bogus(reason ?? .keysMissing(zone: zone)) }
            }
        }
        return conclude(reason, zone: zone, anchors: usable)
    }

    /// A zone none of whose known keys can be used, by their size, is as one of an unknown algorithm.
    private func conclude(_ reason: BogusReason?, zone: Name, anchors: [TrustAnchor]) -> KeysVerdict {
        if case .signaturesUnsupported = reason {
            return .insecure(.unsupportedAlgorithms(zone: zone, Self.distinct(anchors.map(\.algorithm))))
        }
        return .bogus(reason ?? .keysMissing(zone: zone))
    }

    private func matches(_ anchor: TrustAnchor, _ key: KeyRecord, zone: Name) -> Bool {
        switch anchor {
        case .digest(let signer): signer.matches(key, zone: zone, digester: digester)
        case .key(let known): known.data == key.data
        }
    }

    private static func distinct<Item: Hashable>(_ items: [Item]) -> [Item] {
        var seen: Set<Item> = []
        return items.filter { seen.insert($0).inserted }
    }
}

/// What can be made of DS records or trust anchors.
package enum KeyAnchors: Hashable, Sendable {
    case usable([TrustAnchor])
    case insecure(InsecurityReason)
}
