import Laboratory

/// What a validating resolver must make of a zone.
struct SecureZoneCase: Sendable {
    let zone: SignedZone
    /// Of records that are there, without help of a proof.
    let positive: Verdict
    /// Of the DNSKEY set.
    let keys: Verdict
    /// Of answers that need NSEC or NSEC3 records.
    let proven: Verdict
    /// Of answers that need proof that a name does not exist.
    let gaps: Verdict
    /// Of what is below the unsigned delegation `sub`.
    let below: Verdict
    /// The Extended DNS Error of a bogus or insecure answer for `www`; nil for none.
    let error: Int?
    /// The same for a name that does not exist; nil where it is not looked at.
    let gapError: Int?
    /// Questions with another verdict than their kind, by label and type.
    let exceptions: [String: Verdict]

    enum Verdict: String, Sendable { case secure, insecure, bogus }

    enum Part: Sendable { case positive, keys, proven, gaps, below }

    func verdict(on part: Part) -> Verdict {
        switch part {
        case .positive: positive
        case .keys: keys
        case .proven: proven
        case .gaps: gaps
        case .below: below
        }
    }

    init(
        _ zone: SignedZone, _ positive: Verdict, keys: Verdict? = nil, proven: Verdict? = nil,
        gaps: Verdict? = nil, below: Verdict? = nil, error: Int? = nil, gapError: Int? = nil,
        except exceptions: [String: Verdict] = [:]
    ) {
        self.zone = zone
        self.positive = positive
        self.keys = keys ?? positive
        self.proven = proven ?? positive
        self.gaps = gaps ?? proven ?? positive
        self.below = below ?? ((proven ?? positive) == .bogus ? .bogus : .insecure)
        self.error = error
        self.gapError = gapError
        self.exceptions = exceptions
    }

    /// Zones with nothing wrong: every signer with every algorithm, and with every way of denial.
    static let sound: [SecureZoneCase] = SignedZone.Signer.allCases.flatMap { signer -> [SecureZoneCase] in
        let algorithms = ["RSASHA256", "RSASHA512", "ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519"]
        let hashed = SignedZone.Denial.nsec3(iterations: 0, optOut: false)
        return algorithms.map { algorithm in
            SecureZoneCase(
                SignedZone(
                    "\(signer)-\(algorithm.lowercased())", signer, algorithm,
                    bits: algorithm.hasPrefix("RSA") ? 2048 : nil), .secure)
        } + [
            SecureZoneCase(SignedZone("\(signer)-nsec3", signer, denial: hashed), .secure),
            SecureZoneCase(
                SignedZone("\(signer)-optout", signer, denial: .nsec3(iterations: 3, optOut: true)), .secure,
                gaps: .insecure),
        ]
    }

    /// Where others differ, and why: SHA-1 signatures still count with them (RFC 9905 is younger), Ed448 is
    /// implemented, 150 NSEC3 iterations are followed, and BIND gives up at the first signature that does not fit, and lets
    /// a DS record speak of a key that is no zone key (against RFC 4034 §5.2).
    static let explained: Set<String> = ["rsasha1", "ed448", "iterations51", "broken-beside", "no-entry-bit"]

    /// Zones that count as unsigned.
    static let uncounted: [SecureZoneCase] = [
        SecureZoneCase(SignedZone("island", trouble: .noDelegationSigner), .insecure),
        SecureZoneCase(SignedZone("algorithm99", trouble: .unknownAlgorithm), .insecure, error: 1),
        SecureZoneCase(SignedZone("digest99", trouble: .unknownDigest), .insecure, error: 2),
        SecureZoneCase(SignedZone("rsasha1", .bind, "NSEC3RSASHA1", bits: 2048), .insecure, error: 1),
        SecureZoneCase(SignedZone("ed448", .bind, "ED448"), .insecure, error: 1),
        SecureZoneCase(
            SignedZone("iterations51", denial: .nsec3(iterations: 51, optOut: false)), .secure,
            proven: .insecure, gapError: 27),
    ]

    /// Zones at the edge of what counts.
    static let edges: [SecureZoneCase] = [
        SecureZoneCase(SignedZone("rsa1024", .bind, "RSASHA256", bits: 1024), .secure),
        SecureZoneCase(SignedZone("rsa4096", .bind, "RSASHA256", bits: 4096), .secure),
        SecureZoneCase(SignedZone("iterations50", denial: .nsec3(iterations: 50, optOut: false)), .secure),
        SecureZoneCase(SignedZone("unknown-beside", trouble: .unknownBeside), .secure),
        SecureZoneCase(SignedZone("broken-beside", trouble: .brokenBeside), .secure),
    ]

    /// Zones that nothing may be believed of.
    static let broken: [SecureZoneCase] = [
        SecureZoneCase(SignedZone("expired", times: .past), .bogus, error: 7),
        SecureZoneCase(SignedZone("early", times: .future), .bogus, error: 8),
        SecureZoneCase(SignedZone("never", trouble: .swappedTimes), .bogus, error: 25),
        SecureZoneCase(
            SignedZone("hidden", trouble: .hiddenAddress), .secure, error: 6,
            except: ["www. A": .bogus, "alias. A": .bogus]),
        SecureZoneCase(
            SignedZone("altered-proof", trouble: .alteredProof), .secure, proven: .bogus, gapError: 6),
        SecureZoneCase(SignedZone("other-key", trouble: .otherKey), .bogus, error: 9),
        SecureZoneCase(SignedZone("other-digest", trouble: .otherDigest), .bogus, error: 6),
        SecureZoneCase(
            SignedZone("no-zone-bit", trouble: .noZoneKeyBit(.zone)), .bogus, keys: .secure, error: 11),
        SecureZoneCase(SignedZone("no-entry-bit", trouble: .noZoneKeyBit(.entry)), .bogus, error: 11),
        SecureZoneCase(SignedZone("unsigned", trouble: .unsigned), .bogus, error: 9),
        SecureZoneCase(SignedZone("stripped", trouble: .without(["RRSIG"])), .bogus, error: 10),
        SecureZoneCase(
            SignedZone("no-keys", trouble: .without(["DNSKEY", "RRSIG DNSKEY"])), .bogus, error: 9),
        SecureZoneCase(
            SignedZone("no-proof", trouble: .without(["NSEC", "RRSIG NSEC"])), .secure, proven: .bogus,
            gapError: 12),
        SecureZoneCase(
            SignedZone(
                "no-hashes", denial: .nsec3(iterations: 1, optOut: false),
                trouble: .without(["NSEC3", "RRSIG NSEC3"])), .secure, proven: .bogus, gapError: 12),
        SecureZoneCase(
            SignedZone("no-proof-signatures", trouble: .without(["RRSIG NSEC"])), .secure, proven: .bogus,
            gapError: 12),
    ]
}
