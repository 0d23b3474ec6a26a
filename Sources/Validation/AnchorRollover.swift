public import DNSWire
public import Primitives

/// The keys of one trust point as RFC 5011 follows them: new keys are trusted after thirty days in which a trusted key
/// vouched for them, revoked keys never again.
///
/// ```
/// (unseen) -> pending -> valid <-> missing
///                |         |          |
///                v         v          v
///             (unseen)   revoked <----+ -> (forgotten)
/// ```
public struct AnchorRollover: Hashable, Sendable {
    /// Where a key stands (RFC 5011 §4).
    public enum State: Hashable, Sendable {
        /// Seen, and trusted from `trusted` on if it stays.
        case pending(trusted: Timestamp)
        case valid
        /// Trusted, and not in the zone at present.
        case missing
        /// By itself, and when that was seen last.
        case revoked(seen: Timestamp)

        public var isTrusted: Bool { self == .valid || self == .missing }

        public var isRevoked: Bool {
            if case .revoked = self { true } else { false }
        }
    }

    /// A key of the zone, and where it stands.
    public struct Entry: Hashable, Sendable {
        /// The DNSKEY RDATA without the REVOKE bit.
        public let key: RecordData
        public var state: State

        public init(key: RecordData, state: State) {
            self.key = key
            self.state = state
        }
    }

    public let zone: Name
    public private(set) var entries: [Entry]

    /// How long a new key must be seen, unless the TTL of the set is longer (RFC 5011 §2.4.1).
    public static let addHoldDown: Int64 = 30 * 86_400
    /// How long a revoked key that the zone has no more is remembered (RFC 5011 §2.4.2).
    public static let removeHoldDown: Int64 = 30 * 86_400
    /// Keys followed at one trust point; the root has had three at most, RFC 5011 §6 asks for five.
    public static let entriesMax = 16

    public init(zone: Name, entries: [Entry] = []) {
        self.zone = zone
        self.entries = Array(entries.prefix(Self.entriesMax))
    }

    /// Takes note of a DNSKEY set that a trusted key has signed; whether any key has changed its state.
    ///
    /// - Parameter configured: the anchors to begin with; a key that fits one is trusted at once.
    public mutating func observe(
        _ set: SignedSet, configured: [TrustAnchor], validator: Validator
    ) -> Bool {
        let before = entries.map { Entry(key: $0.key, state: $0.state.isRevoked ? .revokedEver : $0.state) }
        let keys = set.data.compactMap { KeyRecord($0) }.filter { $0.isZoneKey && $0.isSecureEntryPoint }
        for key in keys where key.isRevoked && validator.isSigned(set, byRevoked: key) {
            // Only a key that was trusted, or is about to be, can be revoked.
            guard let index = index(of: key) else { continue }
            entries[index].state = .revoked(seen: validator.now)
        }
        for key in keys where !key.isRevoked { see(key, of: set, configured, validator) }
        lose(keys, configured, validator)
        return entries.map { Entry(key: $0.key, state: $0.state.isRevoked ? .revokedEver : $0.state) }
            != before
    }

    private mutating func see(
        _ key: KeyRecord, of set: SignedSet, _ configured: [TrustAnchor], _ validator: Validator
    ) {
        guard let index = index(of: key) else {
            guard entries.count < Self.entriesMax else { return }
            let wait = max(Self.addHoldDown, Int64(set.ttl))
            let trusted = Timestamp(seconds: validator.now.seconds + wait)
            let isKnown = Self.isConfigured(key, zone, configured, validator)
            entries.append(Entry(key: key.data, state: isKnown ? .valid : .pending(trusted: trusted)))
            return
        }
        switch entries[index].state {
        case .pending(let trusted) where trusted <= validator.now: entries[index].state = .valid
        case .missing: entries[index].state = .valid
        case .pending, .valid, .revoked: break
        }
    }

    /// What becomes of the keys that the set does not have: new ones are forgotten, trusted ones stay trusted, revoked ones
    /// are forgotten in the end, unless the configuration would bring them back.
    private mutating func lose(_ keys: [KeyRecord], _ configured: [TrustAnchor], _ validator: Validator) {
        let plain = Set(keys.filter { !$0.isRevoked }.map(\.data))
        let zone = zone
        entries.removeAll { entry in
            switch entry.state {
            case .pending: return !plain.contains(entry.key)
            case .revoked(let seen):
                return validator.now.seconds - seen.seconds >= Self.removeHoldDown
                    && !keys.contains { $0.withoutRevocation == entry.key }
                    && KeyRecord(entry.key).map { !Self.isConfigured($0, zone, configured, validator) }
                        ?? true
            case .valid, .missing: return false
            }
        }
        for index in entries.indices
        where entries[index].state == .valid && !plain.contains(entries[index].key) {
            entries[index].state = .missing
        }
    }

    private static func isConfigured(
        _ key: KeyRecord, _ zone: Name, _ configured: [TrustAnchor], _ validator: Validator
    ) -> Bool {
        configured.contains { $0.fits(key, zone: zone, digester: validator.digester) }
    }

    private func index(of key: KeyRecord) -> Int? { entries.firstIndex { $0.key == key.withoutRevocation } }

    /// The anchors that hold now: the configured ones without those revoked, and the keys that have become trusted.
    public func anchors(configured: [TrustAnchor], digester: any RecordDigester) -> [TrustAnchor] {
        let revoked = entries.filter { $0.state.isRevoked }.compactMap { KeyRecord($0.key) }
        let kept = configured.filter { anchor in
            !revoked.contains { anchor.fits($0, zone: zone, digester: digester) }
        }
        let learned = entries.filter(\.state.isTrusted).compactMap { KeyRecord($0.key) }.map(TrustAnchor.key)
        return kept + learned.filter { !kept.contains($0) }
    }
}

extension AnchorRollover.State {
    /// Revoked, no matter when that was seen.
    fileprivate static let revokedEver = Self.revoked(seen: Timestamp(seconds: 0))
}

extension TrustAnchor {
    /// Whether this is the anchor of a key of `zone`, by the key itself or by its digest.
    public func fits(_ key: KeyRecord, zone: Name, digester: any RecordDigester) -> Bool {
        switch self {
        case .key(let known): known.data == key.data
        case .digest(let signer): signer.matches(key, zone: zone, digester: digester)
        }
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
            let verdict = verifier.verify(
                algorithm: key.algorithm, key: key.publicKey, data: signed, signature: signature.signature)
            if verdict != .valid { budget.countFailure() }
            return verdict == .valid
        }
    }
}
