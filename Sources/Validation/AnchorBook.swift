public import DNSWire
public import Primitives

/// The trust anchors of all zones, as configured and as RFC 5011 has changed them since, and when to look again.
public struct AnchorBook: Hashable, Sendable {
    public let configured: TrustAnchors
    public private(set) var rollovers: [Name: AnchorRollover]
    /// The anchors that hold now.
    public private(set) var anchors: TrustAnchors
    /// When the keys of a zone are to be fetched next; none for a zone whose keys have not been seen since the start.
    private var due: [Name: Timestamp] = [:]
    /// The first of them; nil when one has none.
    private var firstDue: Timestamp?

    public init(
        configured: TrustAnchors, rollovers: [Name: AnchorRollover] = [:], digester: any RecordDigester
    ) {
        self.configured = configured
        self.rollovers = rollovers
        anchors = Self.anchors(configured, rollovers, digester)
    }

    /// Takes note of a DNSKEY set that an anchor has vouched for; whether any key has changed its state.
    public mutating func observe(_ keys: SignedSet, validator: Validator) -> Bool {
        due[keys.name] = Timestamp(
            seconds: validator.now.seconds + Self.interval(keys, at: validator.now))
        defer { firstDue = reckonFirstDue() }
        var rollover = rollovers[keys.name] ?? AnchorRollover(zone: keys.name)
        let own = configured.anchors(of: keys.name)
        let hasChanged = rollover.observe(keys, configured: own, validator: validator)
        rollovers[keys.name] = rollover
        if hasChanged { anchors = Self.anchors(configured, rollovers, validator.digester) }
        return hasChanged
    }

    /// The zones with anchors whose keys are to be fetched now, whether or not a client needs them. Each is told once an
    /// hour, until its keys have been seen (RFC 5011 §2.3).
    public mutating func takeDue(at now: Timestamp) -> [Name] {
        if let firstDue, now < firstDue { return [] }
        let zones = anchors.zones.filter { due[$0].map { $0 <= now } ?? true }
        for zone in zones { due[zone] = Timestamp(seconds: now.seconds + Self.hour) }
        firstDue = reckonFirstDue()
        return zones
    }

    private func reckonFirstDue() -> Timestamp? {
        let times = anchors.zones.map { due[$0] }
        return times.contains(nil) ? nil : times.compactMap(\.self).min()
    }

    private static let hour: Int64 = 3600
    private static let intervalMax: Int64 = 15 * 86_400

    /// Half of the TTL or of what is left of the signature's time, between an hour and fifteen days (RFC 5011 §2.3).
    private static func interval(_ set: SignedSet, at now: Timestamp) -> Int64 {
        let parts = set.signatures.compactMap { SignatureRecord($0) }.flatMap { signature -> [Int64] in
            let end = SignatureRecord.timestamp(signature.expiration, near: now)
            return [Int64(signature.originalTTL), end.seconds - now.seconds]
        }
        return max(hour, min(intervalMax, (parts.min() ?? Int64(set.ttl)) / 2))
    }

    private static func anchors(
        _ configured: TrustAnchors, _ rollovers: [Name: AnchorRollover], _ digester: any RecordDigester
    ) -> TrustAnchors {
        var anchors = TrustAnchors()
        for zone in Set(configured.zones + rollovers.keys).sorted() {
            let own = configured.anchors(of: zone)
            let current = rollovers[zone]?.anchors(configured: own, digester: digester) ?? own
            for anchor in current { anchors.add(anchor, of: zone) }
        }
        return anchors
    }
}
