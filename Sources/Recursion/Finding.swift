import Caching
import DNSWire
import Primitives
import Validation

/// What the cache or a zone's servers hold of one name and type, and how far it is to be believed.
struct Finding {
    /// The answer; of a denial the SOA set, if there is one.
    var sets: [RecordSet]
    /// The NSEC and NSEC3 sets that came with a denial, or with an answer from a wildcard.
    var proof: [RecordSet] = []
    var security = SecurityStatus.unchecked
    /// What this was put together from, if records came with other answers (RFC 8198).
    var synthesis: Synthesis?
    /// Who said so; nil for the cache.
    var source: Source?

    enum Synthesis {
        /// NSEC or NSEC3 records of the zone.
        case denial(Name, RecordType)
        /// A wildcard of the zone.
        case expansion(Name)
    }

    struct Source: Hashable {
        let zone: Name
        let server: IPAddress
    }

    /// The records with their signatures.
    var records: [Record] { Self.records(of: sets) }

    /// The records of the proof with their signatures.
    var proofRecords: [Record] { Self.records(of: proof) }

    private static func records(of sets: [RecordSet]) -> [Record] {
        guard sets.count != 1 else { return sets[0].records(ttl: sets[0].ttl, signatures: true) }
        return sets.flatMap { $0.records(ttl: $0.ttl, signatures: true) }
    }

    /// Why its NSEC3 records are not followed, if they are not (RFC 9276 §3.2).
    var excessiveIterations: InsecurityReason? {
        guard let zone = proof.first?.signers.first else { return nil }
        return Denial(zone: zone, sets: proof.map { SignedSet($0) }).excessiveIterations
    }

    /// Cuts every TTL to `ttl` seconds at most.
    mutating func limit(to ttl: UInt32) {
        Self.limit(&sets, to: ttl)
        Self.limit(&proof, to: ttl)
    }

    private static func limit(_ sets: inout [RecordSet], to ttl: UInt32) {
        // A set that lives no longer is not to be copied.
        guard sets.contains(where: { $0.ttl > ttl }) else { return }
        for index in sets.indices { sets[index].ttl = min(sets[index].ttl, ttl) }
    }
}

/// What one name and type come to, before aliases are followed.
enum Found {
    case answer(Finding)
    case alias(Finding, target: Name)
    case noData(Finding)
    case nameError(Finding)
    case failure([ExtendedError])
    /// The servers answered, and what they said cannot be believed.
    case bogus(BogusReason)

    var finding: Finding? {
        switch self {
        case .answer(let finding), .alias(let finding, _), .noData(let finding), .nameError(let finding):
            finding
        case .failure, .bogus: nil
        }
    }

    /// The same with another finding.
    func with(_ finding: Finding) -> Found {
        switch self {
        case .answer: .answer(finding)
        case .alias(_, let target): .alias(finding, target: target)
        case .noData: .noData(finding)
        case .nameError: .nameError(finding)
        case .failure, .bogus: self
        }
    }
}

extension SignedSet {
    init(_ set: RecordSet) {
        self.init(name: set.name, type: set.type, ttl: set.ttl, data: set.data, signatures: set.signatures)
    }
}

extension RecordSet {
    /// The signers that the set's signatures name and that could be its zone, at most two: a set has one zone.
    var signers: [Name] {
        var found: [Name] = []
        for data in signatures.prefix(ValidationLimits.signaturesPerSet) {
            guard let signer = SignatureRecord(data)?.signer, name.isEqualOrBelow(signer),
                // A delegation's DS set belongs to the zone above (RFC 4035 §2.4).
                type != .ds || name.isBelow(signer) || name.isRoot, !found.contains(signer)
            else { continue }
            found.append(signer)
        }
        return Array(found.prefix(2))
    }

    /// Whether a signature says that the set was made from a wildcard (RFC 4035 §5.3.4).
    var isExpanded: Bool {
        guard !signatures.isEmpty else { return false }
        let labels = name.labelCount - (name.isWildcard ? 1 : 0)
        return signatures.contains { data in
            SignatureRecord(data).map { Int($0.labels) < labels } ?? false
        }
    }
}
