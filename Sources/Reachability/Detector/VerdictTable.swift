public import Primitives

/// What is held against servers at one moment. Immutable; look-ups take no lock and, while nothing is held against anyone,
/// one comparison.
public struct VerdictTable: VerdictSource {
    private let servers: [IPAddress: Verdict]
    /// Prefixes that are away, for servers that were never asked.
    private let prefixes: [Prefix: Verdict]
    /// The lengths of those prefixes by family, longest first.
    private let lengths: [AddressFamily: [Int]]
    private let uplink: [AddressFamily: Verdict]
    /// Another one in each table of a detector; 0 in the one that nothing was ever held in.
    public let generation: UInt64

    public init(
        servers: [IPAddress: Verdict] = [:], prefixes: [Prefix: Verdict] = [:],
        uplink: [AddressFamily: Verdict] = [:], generation: UInt64 = 0
    ) {
        self.generation = generation
        self.servers = servers
        self.prefixes = prefixes
        self.uplink = uplink
        var lengths: [AddressFamily: Set<Int>] = [:]
        for prefix in prefixes.keys { lengths[prefix.address.family, default: []].insert(prefix.length) }
        self.lengths = lengths.mapValues { $0.sorted(by: >) }
    }

    /// Whether nothing is held against anybody.
    public var isEmpty: Bool { servers.isEmpty && prefixes.isEmpty && uplink.isEmpty }

    public func verdict(on server: IPAddress) -> Verdict? {
        if isEmpty { return nil }
        if let verdict = uplink[server.family] { return verdict }
        if let verdict = servers[server] { return verdict }
        for length in lengths[server.family] ?? [] {
            if let verdict = prefixes[Prefix(server, length: length)] { return verdict }
        }
        return nil
    }
}
