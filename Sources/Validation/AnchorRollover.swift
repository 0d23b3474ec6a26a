package import DNSWire
package import Primitives

/// The keys of one trust point as RFC 5011 follows them: new keys are trusted after thirty days in which a trusted key
/// vouched for them, revoked keys never again.
package struct AnchorRollover: Hashable, Sendable {
    /// Where a key stands (RFC 5011 §4).
    package enum State: Hashable, Sendable {
        /// Seen, and trusted from `trusted` on if it stays.
        case pending(trusted: Timestamp)
        case valid
        /// Trusted, and not in the zone at present.
        case missing
        case revoked
    }

    package struct Entry: Hashable, Sendable {
        /// The DNSKEY RDATA without the REVOKE bit.
        package let key: RecordData
        package var state: State

        package init(key: RecordData, state: State) {
            self.key = key
            self.state = state
        }
    }

    package let zone: Name
    package private(set) var entries: [Entry]

    /// How long a new key must be seen (RFC 5011 §2.4.1).
    package static let holdDown: Int64 = 30 * 86_400
    /// Keys followed at one trust point; the root has had three at most.
    package static let entriesMax = 16

    package init(zone: Name, entries: [Entry] = []) {
        self.zone = zone
        self.entries = Array(entries.prefix(Self.entriesMax))
    }

    /// Takes note of a DNSKEY set that a trusted key has signed; whether anything changed.
    ///
    /// - Parameter configured: the anchors to begin with; a key that fits one is trusted at once.
    package mutating func observe(
        _ set: SignedSet, configured: [TrustAnchor], validator: Validator
    ) -> Bool {
        let before = entries
        let keys = set.data.compactMap { KeyRecord($0) }.filter { $0.isZoneKey && $0.isSecureEntryPoint }
        for key in keys where key.isRevoked && validator.isSigned(set, byRevoked: key) {
            // Only a key that was trusted, or is about to be, can be revoked.
            guard let index = index(of: key) else { continue }
            entries[index].state = .revoked
        }
        for key in keys where !key.isRevoked { see(key, configured, validator) }
        let seen = Set(keys.filter { !$0.isRevoked }.map(\.data))
        entries.removeAll { entry in
            guard case .pending = entry.state else { return false }
            return !seen.contains(entry.key)
        }
        for index in entries.indices
        where entries[index].state == .valid && !seen.contains(entries[index].key) {
            entries[index].state = .missing
        }
        return entries != before
    }

    private mutating func see(_ key: KeyRecord, _ configured: [TrustAnchor], _ validator: Validator) {
        guard let index = index(of: key) else {
            guard entries.count < Self.entriesMax else { return }
            let isKnown = configured.contains { anchor in
                switch anchor {
                case .key(let known): known.data == key.data
                case .digest(let signer): signer.matches(key, zone: zone, digester: validator.digester)
                }
            }
            let trusted = Timestamp(seconds: validator.now.seconds + Self.holdDown)
            entries.append(Entry(key: key.data, state: isKnown ? .valid : .pending(trusted: trusted)))
            return
        }
        switch entries[index].state {
        case .pending(let trusted) where trusted <= validator.now: entries[index].state = .valid
        case .missing: entries[index].state = .valid
        case .pending, .valid, .revoked: break
        }
    }

    private func index(of key: KeyRecord) -> Int? { entries.firstIndex { $0.key == key.withoutRevocation } }

    /// The anchors that hold now: the configured ones without those revoked, and the keys that have become trusted.
    package func anchors(configured: [TrustAnchor], digester: any RecordDigester) -> [TrustAnchor] {
        let revoked = entries.filter { $0.state == .revoked }.compactMap { KeyRecord($0.key) }
        let kept = configured.filter { anchor in
            !revoked.contains { key in
                switch anchor {
                case .key(let known): known.data == key.data
                case .digest(let signer): signer.matches(key, zone: zone, digester: digester)
                }
            }
        }
        let learned = entries.filter { $0.state == .valid || $0.state == .missing }
            .compactMap { KeyRecord($0.key) }.map(TrustAnchor.key)
        return kept + learned.filter { !kept.contains($0) }
    }
}

extension KeyRecord {
    /// The RDATA with the REVOKE bit cleared, by which a key is the same before and after it is revoked.
    var withoutRevocation: RecordData {
        var octets = data.octets
        octets[1] &= 0x7F
        return RecordData(octets: octets)
    }
}

extension Validator {
    /// Whether a revoked key has signed the set that says so (RFC 5011 §2.1): nobody else may revoke it.
    func isSigned(_ set: SignedSet, byRevoked key: KeyRecord) -> Bool {
        set.signatures.prefix(ValidationLimits.signaturesPerSet).contains { data in
            guard let signature = SignatureRecord(data), signature.keyTag == key.keyTag,
                signature.algorithm == key.algorithm, signature.signer == set.name,
                case .timely = signature.timeliness(at: now, tolerance: tolerance),
                let signed = set.signedData(by: signature), budget.spendVerification()
            else { return false }
            return verifier.verify(
                algorithm: key.algorithm, key: key.publicKey, data: signed, signature: signature.signature)
                == .valid
        }
    }
}
