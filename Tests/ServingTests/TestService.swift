import Caching
import DNSWire
import EventLoop
import Glibc
import Primitives
import Reachability
import Recursion
import Serving
import Synchronization
import Testing
import Zones

/// An authoritative server for a whole small tree of zones, on one port of the loopback.
final class Authority: DatagramHandler, StreamHandler, @unchecked Sendable {
    // The listeners are confined to the loop; what tests change is behind the mutex.
    private let zones: ZoneStore
    private let datagrams: DatagramListener
    private let streams: StreamListener
    private let muted = Mutex<Set<Name>>([])
    private let counted = Mutex(0)
    private let recursive = Mutex(false)

    var port: UInt16 { datagrams.localEndpoint.port }
    /// Whether the last query asked for recursion.
    var lastAskedForRecursion: Bool { recursive.withLock { $0 } }
    /// How many queries have come.
    var queries: Int { counted.withLock { $0 } }

    init(loop: EventLoop, endpoint: Endpoint, zones: ZoneStore) throws {
        self.zones = zones
        datagrams = try DatagramListener(loop: loop, endpoint: endpoint)
        streams = try StreamListener(loop: loop, endpoint: endpoint)
    }

    /// On the loop.
    func start() throws {
        try datagrams.start(self)
        try streams.start(self)
    }

    /// From now on, queries for names at or below these get no answer.
    func mute(_ names: String...) { muted.withLock { $0 = Set(names.compactMap { Name($0) }) } }

    private func response(_ octets: [UInt8]) -> Message? {
        counted.withLock { $0 += 1 }
        recursive.withLock { $0 = octets.count > 2 && octets[2] & 1 == 1 }
        guard let query = try? Message(parsing: octets), let name = query.questions.first?.name,
            !muted.withLock({ $0.contains { name.isEqualOrBelow($0) } })
        else { return nil }
        return zones.respond(to: query)
    }

    func receive(_ datagrams: ArrivedDatagrams) {
        for index in datagrams.all.indices {
            guard let response = response(Array(datagrams.all[index].octets)) else { continue }
            datagrams.reply(to: index, with: response.compose(limit: 1232))
        }
    }

    func receive(_ message: [UInt8], from peer: Endpoint, on connection: StreamConnection) {
        guard let response = response(message) else { return connection.close() }
        connection.send(response.compose())
    }
}

/// A worker on real sockets of the loopback, whose Internet is one `Authority`.
struct TestService {
    let authority: Authority
    let endpoint: Endpoint
    let cache: RecordCache
    let loop: EventLoop
    let worker: Worker

    func client(overTCP: Bool = false, from source: IPAddress = loopback) throws -> TestClient {
        try TestClient(endpoint, overTCP: overTCP, from: source)
    }

    /// Runs `body` with a service that ends afterwards.
    static func run(
        adjust: (inout ServiceConfiguration) throws -> Void = { _ in },
        _ body: (TestService) async throws -> Void
    ) async throws {
        let loop = try EventLoop(name: "worker")
        let outside = try EventLoop(name: "authority")
        loop.start()
        outside.start()
        defer {
            loop.stop()
            outside.stop()
        }
        let zones = try TestZones.all()
        let authority = try Ports.find { try Authority(loop: outside, endpoint: $0, zones: zones) }
        try await Task(executorPreference: outside) { try authority.start() }.value
        var resolver = ResolverConfiguration()
        resolver.hints = RootHints(addresses: [loopback])
        resolver.upstreamPort = authority.port
        resolver.ipv6 = false
        var configuration = ServiceConfiguration(
            resolver: resolver, access: AccessList([Prefix(loopback, length: 32)]),
            identity: ServerIdentity(version: "afterglow test", id: "node 1"))
        configuration.cookies = ServerCookies(secret: SipHash.Key(1, 2))
        try adjust(&configuration)
        let cache = RecordCache(memory: 1 << 20, staleFor: .seconds(86_400))
        let worker = Worker(loop: loop, configuration: configuration, cache: cache, recorder: NoRecorder())
        let (endpoint, listeners) = try Ports.find { endpoint in
            (endpoint, try WorkerListeners(worker: worker, endpoint: endpoint, udp: true, tcp: true))
        }
        try await Task(executorPreference: loop) { try listeners.start() }.value
        try await body(
            TestService(authority: authority, endpoint: endpoint, cache: cache, loop: loop, worker: worker))
    }
}

/// Ports for the sockets of these tests, each given once. They lie below those that the kernel chooses from: to a
/// socket that may share its port, as listeners may, the kernel also gives one that is taken.
private enum Ports {
    private static let given = Atomic<UInt16>(0)

    /// Runs `bind` with ports until it finds one free.
    static func find<Result>(_ bind: (Endpoint) throws -> Result) throws -> Result {
        for _ in 0..<20 {
            do { return try bind(next()) } catch is SystemError { continue }
        }
        return try bind(next())
    }

    private static func next() -> Endpoint {
        let number = given.wrappingAdd(1, ordering: .relaxed).newValue
        let start = UInt16(truncatingIfNeeded: getpid() % 80) * 100
        return Endpoint(loopback, port: 20_000 + (start + number) % 12_000)
    }
}

/// What the authority serves.
enum TestZones {
    static func name(_ text: String) throws -> Name { try #require(Name(text)) }

    static let web = IPAddress(ipv4: 0xC000_0201)

    static func all() throws -> ZoneStore {
        let root = try zone(
            ".", server: "ns.root",
            [
                .address(name("ns.root"), loopback, ttl: 3600),
                .pointer(name("example"), .ns, to: name("ns.example"), ttl: 3600),
                .address(name("ns.example"), loopback, ttl: 3600),
            ])
        let large = try (0..<12).map { part in
            Record.text(try name("large.example"), "\(part)" + String(repeating: "x", count: 200), ttl: 300)
        }
        let medium = try (0..<4).map { part in
            Record.text(try name("medium.example"), "\(part)" + String(repeating: "y", count: 200), ttl: 300)
        }
        let example = try zone(
            "example", server: "ns.example",
            [
                .address(name("ns.example"), loopback, ttl: 3600),
                .address(name("www.example"), web, ttl: 300),
                .address(name("*.wild.example"), web, ttl: 300),
                .pointer(name("alias.example"), .cname, to: name("www.example"), ttl: 300),
            ] + large + medium)
        return try ZoneStore([root, example])
    }

    /// A zone with SOA serial 42 and one server.
    static func zone(_ origin: String, server: String, _ records: [Record]) throws -> Zone {
        let start = Record.startOfAuthority(
            try name(origin), primary: try name(server), mailbox: try name(origin), serial: 42, minimum: 60,
            ttl: 60)
        let servers = Record.pointer(try name(origin), .ns, to: try name(server), ttl: 3600)
        return try Zone(origin: try name(origin), records: [start, servers] + records)
    }
}
