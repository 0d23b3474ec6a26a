public import DNSWire
public import Primitives

/// The keys known beforehand, by the zone that they are of.
public struct TrustAnchors: Hashable, Sendable {
    private var anchors: [Name: [TrustAnchor]] = [:]

    public init() {}

    /// Takes the DS and DNSKEY records among `records`; keys that may not sign zones, or are no entry point, are
    /// left out (RFC 5011 §2.1, RFC 4034 §2.1.1).
    public init(_ records: some Sequence<Record>) {
        for record in records {
            if record.type == .ds, let signer = DelegationSigner(record.data) {
                add(.digest(signer), of: record.name)
            } else if record.type == .dnskey, let key = KeyRecord(record.data), key.maySign,
                key.isSecureEntryPoint
            {
                add(.key(key), of: record.name)
            }
        }
    }

    /// Adds an anchor of a zone; one that is there already once.
    public mutating func add(_ anchor: TrustAnchor, of zone: Name) {
        if anchors[zone]?.contains(anchor) != true { anchors[zone, default: []].append(anchor) }
    }

    public var isEmpty: Bool { anchors.isEmpty }

    /// The zones that have anchors, in canonical order.
    public var zones: [Name] { anchors.keys.sorted() }

    /// The anchors of one zone, none where it has none of its own.
    public func anchors(of zone: Name) -> [TrustAnchor] { anchors[zone] ?? [] }

    /// The deepest zone with anchors that is `name` or above it.
    public func zone(above name: Name) -> Name? {
        var current: Name? = name
        while let candidate = current {
            if anchors[candidate] != nil { return candidate }
            current = candidate.parent
        }
        return nil
    }

    /// The root's key signing keys of 2017 (20326) and 2024 (38696), as IANA publishes them.
    public static let builtIn: TrustAnchors = {
        let digests: [(tag: UInt16, digest: [UInt64])] = [
            (
                20326,
                [0xE06D_44B8_0B8F_1D39, 0xA95C_0B0D_7C65_D084, 0x58E8_8040_9BBC_6834, 0x5710_4237_C7F8_EC8D]
            ),
            (
                38696,
                [0x683D_2D0A_CB8C_9B71, 0x2A19_48B2_7F74_1219, 0x298D_0A45_0D61_2C48, 0x3AF4_44A4_C0FB_2B16]
            ),
        ]
        var anchors = TrustAnchors()
        for (tag, digest) in digests {
            let octets = digest.flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
            }
            anchors.add(
                .digest(
                    DelegationSigner(keyTag: tag, algorithm: .rsaSHA256, digestType: .sha256, digest: octets)),
                of: .root)
        }
        return anchors
    }()
}

/// A name below which nothing is validated (RFC 7646).
public struct NegativeAnchor: Hashable, Sendable {
    public let name: Name
    /// When validation begins again; nil for never.
    public let until: Timestamp?
    public let setter: Setter

    /// Who wants it so.
    public enum Setter: String, Hashable, Sendable { case configuration, command }

    public init(name: Name, until: Timestamp? = nil, setBy setter: Setter = .configuration) {
        self.name = name
        self.until = until
        self.setter = setter
    }
}

extension Sequence<NegativeAnchor> {
    /// The anchor of the deepest name that is `name` or above it, as long as it has not ended.
    public func covering(_ name: Name, at now: Timestamp) -> NegativeAnchor? {
        lazy.filter { anchor in
            name.isEqualOrBelow(anchor.name) && anchor.until.map { now < $0 } ?? true
        }.max { $0.name.labelCount < $1.name.labelCount }
    }
}
