import Laboratory

/// Zones in the middle of a rollover, in the order of RFC 6781 §4.1, and such that went wrong.
extension SecureZoneCase {
    static let rollovers: [SecureZoneCase] =
        zoneKeys + entryKeys + algorithms + [
            SecureZoneCase(SignedZone("other-key-beside", trouble: .otherKeyBeside), .secure),
            SecureZoneCase(SignedZone("revoked", rollover: .revoked), .secure),
        ]

    private static func stage(_ label: String, _ rollover: KeyRollover, bogus error: Int? = nil)
        -> SecureZoneCase
    {
        SecureZoneCase(
            SignedZone(label, rollover: .stage(rollover)), error == nil ? .secure : .bogus, error: error)
    }

    /// §4.1.1.1 and §4.1.1.2: by publishing the new key before it signs, and by two signatures.
    private static let zoneKeys: [SecureZoneCase] = [
        stage("zsk-published", KeyRollover(.zoneKey, published: .both, signing: .old)),
        stage("zsk-signing", KeyRollover(.zoneKey, published: .both, signing: .new)),
        stage("zsk-old-removed", KeyRollover(.zoneKey, published: .new, signing: .new)),
        stage("zsk-two-signatures", KeyRollover(.zoneKey, published: .both, signing: .both)),
        brokenZoneKey("zsk-unpublished", KeyRollover(.zoneKey, published: .old, signing: .new)),
        brokenZoneKey("zsk-removed-early", KeyRollover(.zoneKey, published: .new, signing: .old)),
    ]

    /// The DNSKEY set itself is sound.
    private static func brokenZoneKey(_ label: String, _ rollover: KeyRollover) -> SecureZoneCase {
        SecureZoneCase(SignedZone(label, rollover: .stage(rollover)), .bogus, keys: .secure, error: 9)
    }

    /// §4.1.2: by two signatures of the DNSKEY set, and by two DS records.
    private static let entryKeys: [SecureZoneCase] = [
        stage("ksk-published", KeyRollover(.entryKey, published: .both, signing: .both)),
        stage("ksk-new-ds", KeyRollover(.entryKey, published: .both, signing: .both, delegation: .new)),
        stage("ksk-old-removed", KeyRollover(.entryKey, published: .new, signing: .new, delegation: .new)),
        stage("ksk-two-ds", KeyRollover(.entryKey, published: .old, signing: .old, delegation: .both)),
        stage("ksk-two-ds-new", KeyRollover(.entryKey, published: .new, signing: .new, delegation: .both)),
        stage(
            "ksk-ds-early", KeyRollover(.entryKey, published: .old, signing: .old, delegation: .new), bogus: 9
        ),
        stage("ksk-ds-late", KeyRollover(.entryKey, published: .new, signing: .new), bogus: 9),
        stage(
            "ksk-silent", KeyRollover(.entryKey, published: .both, signing: .old, delegation: .new), bogus: 9),
    ]

    /// §4.1.4, conservative: signatures, keys, DS records, and back in that order. A zone whose new keys come before their
    /// signatures is none the worse for a validator (RFC 6840 §5.11).
    private static let algorithms: [SecureZoneCase] = [
        stage("algorithm-signatures", KeyRollover(.algorithm, published: .old, signing: .both)),
        stage("algorithm-keys", KeyRollover(.algorithm, published: .both, signing: .both)),
        stage(
            "algorithm-two-ds", KeyRollover(.algorithm, published: .both, signing: .both, delegation: .both)),
        stage(
            "algorithm-new-ds", KeyRollover(.algorithm, published: .both, signing: .both, delegation: .new)),
        stage(
            "algorithm-keys-gone", KeyRollover(.algorithm, published: .new, signing: .both, delegation: .new)),
        stage("algorithm-new", KeyRollover(.algorithm, published: .new, signing: .new, delegation: .new)),
        stage("algorithm-keys-first", KeyRollover(.algorithm, published: .both, signing: .old)),
        stage(
            "algorithm-ds-early", KeyRollover(.algorithm, published: .old, signing: .both, delegation: .new),
            bogus: 9),
        stage(
            "algorithm-ds-late", KeyRollover(.algorithm, published: .new, signing: .both), bogus: 9),
        brokenZoneKey(
            "algorithm-signatures-late",
            KeyRollover(.algorithm, published: .new, signing: .old, delegation: .new)),
    ]
}
