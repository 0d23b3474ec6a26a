import Caching
import DNSWire
import Primitives
import Reachability
import Recursion
import Synchronization
import Testing
import Validation
import Zones

/// Signature checks that all fail, counted from turn to turn of the worker's loop.
private final class CountingVerifier: SignatureVerifier {
    private struct Count {
        var total = 0
        var sinceTurn = 0
        var longest = 0
    }

    private let count = Mutex(Count())

    func supports(_ algorithm: SecurityAlgorithm) -> Bool { true }

    func verify(
        algorithm: SecurityAlgorithm, key: [UInt8], data: [UInt8], signature: [UInt8]
    ) -> SignatureVerdict {
        count.withLock { count in
            count.total += 1
            count.sinceTurn += 1
            count.longest = max(count.longest, count.sinceTurn)
        }
        return .invalid
    }

    /// Others have had their turn.
    func turn() { count.withLock { $0.sinceTurn = 0 } }

    var total: Int { count.withLock { $0.total } }

    /// The most checks without a turn of others between them.
    var longest: Int { count.withLock { $0.longest } }
}

private struct NoDigester: RecordDigester {
    func supports(_ type: DigestType) -> Bool { false }

    func digest(_ type: DigestType, _ data: [UInt8]) -> [UInt8]? { nil }

    func hash(_ name: Name, _ parameters: HashParameters) -> [UInt8]? { nil }
}

/// A name server that has the same records in every answer.
private final class HostileServer: Upstream {
    let verifier: CountingVerifier
    let keys: [Record]
    let addresses: [Record]
    let random = RandomSource(seed: 1)
    let recorder: any ReachabilityRecorder = NoRecorder()
    let now = Instant(nanoseconds: 1)
    let wallTime = Timestamp(seconds: 1_500_000_000)

    init(_ verifier: CountingVerifier, keys: [Record], addresses: [Record]) {
        self.verifier = verifier
        self.keys = keys
        self.addresses = addresses
    }

    func exchange(
        _ query: [UInt8], with server: Endpoint, over transport: Transport, timeout: Duration,
        accept: @escaping ([UInt8]) -> Bool
    ) async -> ExchangeOutcome {
        verifier.turn()
        guard let message = try? Message(parsing: query), let question = message.questions.first else {
            return .silent
        }
        var header = Header(id: message.header.id)
        header.isResponse = true
        header.isAuthoritative = true
        let answers = question.type == .dnskey ? keys : addresses
        let reply = Message(
            header: header, questions: message.questions, answers: answers,
            edns: EDNS(payloadSize: 1232, dnssecOK: true))
        return .received(reply.compose(limit: 65_535), roundTrip: .milliseconds(1))
    }

    func sleep(until instant: Instant) async {
        verifier.turn()
        await Task.yield()
    }
}

private actor Client {
    private let resolver: Resolver

    init(_ server: HostileServer, anchors: TrustAnchors) {
        var configuration = ResolverConfiguration()
        configuration.hints = RootHints(addresses: [IPAddress(ipv4: 0xC000_0201)])
        configuration.validation = ValidationConfiguration(
            verifier: server.verifier, digester: NoDigester(), anchors: anchors)
        resolver = Resolver(
            configuration: configuration, upstream: server,
            cache: RecordCache(memory: 1 << 20, staleFor: .seconds(60)))
    }

    func ask(_ question: Question) async -> Resolution { await resolver.resolve(question) }
}

@Suite("A hostile zone's signatures do not keep a worker from others")
struct HostileSignatureTests {
    private static let tag: UInt16 = 12345

    /// DNSKEY RDATA that all have the same tag.
    private static func collidingKeys(_ count: Int) -> [RecordData] {
        (0..<count).compactMap { index in
            var octets: [UInt8] = [1, 1, 3, 15] + (0..<32).map { $0 < 30 ? UInt8(index &* 7 &+ $0) : 0 }
            let missing = tag &- (KeyRecord(RecordData(octets: octets))?.keyTag ?? 0)
            for guess in [missing, missing &- 1, missing &+ 1] {
                octets[34] = UInt8(guess >> 8)
                octets[35] = UInt8(guess & 0xFF)
                if KeyRecord(RecordData(octets: octets))?.keyTag == tag { return RecordData(octets: octets) }
            }
            return nil
        }
    }

    private static func signature(_ index: Int, of type: RecordType, at name: Name) -> Record {
        var writer = WireWriter()
        writer.write(type.rawValue)
        writer.write([15, UInt8(name.labelCount)])
        for field in [300, 2_000_000_000, 1_000_000_000] as [UInt32] { writer.write(field) }
        writer.write(tag)
        writer.write(Name.root, compressing: false)
        writer.write([UInt8](repeating: UInt8(index), count: 64))
        return Record(name: name, type: .rrsig, ttl: 300, data: RecordData(octets: writer.octets))
    }

    @Test("Between turns of the loop there are two signature checks at most, within one DNSKEY set too")
    func turns() async throws {
        let verifier = CountingVerifier()
        let name = try #require(Name("x."))
        let keys = Self.collidingKeys(16)
        try #require(keys.count == 16)
        let set = keys.map { Record(name: .root, type: .dnskey, ttl: 300, data: $0) }
        let server = HostileServer(
            verifier, keys: set + (0..<16).map { Self.signature($0, of: .dnskey, at: .root) },
            addresses: [.address(name, IPAddress(ipv4: 0xC000_0202), ttl: 300)]
                + (0..<16).map { Self.signature($0, of: .a, at: name) })
        let client = Client(server, anchors: TrustAnchors(set))
        let resolution = await client.ask(Question(name, .a))
        #expect(resolution.isBogus)
        #expect(verifier.total == ValidationLimits.failures)
        #expect(verifier.longest == ValidationLimits.verificationsPerTurn)
    }
}
