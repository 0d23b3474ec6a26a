/// Every maximum of validation, each with its reason.
public enum ValidationLimits {
    /// Signatures looked at for one record set. Zones in the middle of an algorithm rollover have four
    /// (two algorithms, two keys); KeyTrap (CVE-2023-50387) works with hundreds.
    public static let signaturesPerSet = 8
    /// Keys tried for one signature. Tags collide by chance once in 65,536 pairs of keys; four leave room for
    /// that, Unbound allows the same.
    public static let keysPerTag = 4
    /// DS records looked at for one delegation: two keys, two algorithms and two digests make eight.
    public static let delegationSigners = 8
    /// Failed verifications in one client query, restarts included, as BIND's `max-validation-failures` and its
    /// kin: chance collisions and a broken key or two use less.
    public static let failures = 16
    /// Signatures checked in one client query: 40 zones and aliases deep with three sets each.
    public static let verifications = 120
    /// NSEC3 hashes in one client query (CVE-2023-50868): one for each label of the longest name, four times.
    public static let hashes = 600
    /// Rounds of SHA-1 that these hashes may take in all: a denial under five labels in a zone with fifty iterations takes
    /// some 400, and an alias chain a dozen of them.
    public static let hashRounds = 6_000
    /// Additional NSEC3 iterations above which a zone counts as unsigned (RFC 9276 §3.2).
    public static let iterations: UInt16 = 50
    /// Other servers asked after answers that do not validate: two, so that one broken or lying server of a zone
    /// costs nobody the zone, and a zone that is broken as a whole costs three times an honest one.
    public static let retries = 2
    /// Zones whose keys, or lack of them, one worker remembers: some 1,500 octets each for a zone with keys.
    public static let rememberedZones = 20_000
    /// Signatures checked before the worker's loop gets its turn: a millisecond of P-384, the slowest there is.
    public static let verificationsPerTurn = 2
    /// NSEC and NSEC3 records looked at in one denial; a proof needs at most three.
    public static let denialRecords = 16
}

/// What one client query may still spend on validation. A reference: all of its sub-queries and restarts draw
/// on it; confined to its worker.
public final class ValidationBudget {
    /// Checks that may still fail.
    public private(set) var failures: Int
    /// Signature checks left.
    public private(set) var verifications: Int
    /// NSEC3 hashes left.
    public private(set) var hashes: Int
    /// Rounds of SHA-1 left for them.
    public private(set) var hashRounds = ValidationLimits.hashRounds
    /// The verifications left at the last turn.
    private var lastTurn: Int

    public init(
        failures: Int = ValidationLimits.failures, verifications: Int = ValidationLimits.verifications,
        hashes: Int = ValidationLimits.hashes
    ) {
        self.failures = failures
        self.verifications = verifications
        self.hashes = hashes
        lastTurn = verifications
    }

    /// Takes one signature check; false when none, or no failure, is left.
    public func spendVerification() -> Bool {
        guard verifications > 0, failures > 0 else { return false }
        verifications -= 1
        return true
    }

    /// Whether enough signatures were checked since the last turn to let others have theirs.
    public func takeTurn() -> Bool {
        guard lastTurn - verifications >= ValidationLimits.verificationsPerTurn else { return false }
        lastTurn = verifications
        return true
    }

    /// Counts a check that failed.
    public func countFailure() { failures -= 1 }

    /// Takes one NSEC3 hash of so many additional iterations; false when none, or no round, is left.
    public func spendHash(iterations: UInt16) -> Bool {
        let rounds = Int(iterations) + 1
        guard hashes > 0, hashRounds >= rounds else { return false }
        hashes -= 1
        hashRounds -= rounds
        return true
    }
}
