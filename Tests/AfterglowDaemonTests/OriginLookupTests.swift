import AfterglowDaemon
import DNSWire
import Journal
import Primitives
import Reachability
import Settings
import Synchronization
import Testing

/// An origin service that knows one network, and the questions it was asked.
private final class OriginService: Sendable {
    let asked = Mutex<[String]>([])
    let isSilent: Bool

    init(isSilent: Bool = false) { self.isSilent = isSilent }

    var resolve: OriginLookup.ResolveText {
        { [self] name in
            asked.withLock { $0.append("\(name)") }
            if isSilent { return nil }
            switch "\(name)" {
            case "31.108.90.216.origin.asn.cymru.com.":
                return ["23028 | 216.90.108.0/24 | US | arin | 1998-09-25"]
            case "AS23028.asn.cymru.com.": return ["23028 | US | arin | 2002-01-04 | TEAM-CYMRU, US"]
            default: return []
            }
        }
    }

    var questions: [String] { asked.withLock { $0 } }
}

private final class World: Sendable {
    let now = Mutex(Timestamp(seconds: 1_000_000))
    let remembered = Mutex<[LearnedOrigin]>([])

    func lookup(never: [Prefix] = [], learned: [LearnedOrigin] = []) throws -> OriginLookup {
        OriginLookup(
            zones: try #require(Settings().routing.originDNS), never: never, learned: learned,
            clock: { [self] in now.withLock { $0 } },
            remember: { [self] origin in remembered.withLock { $0.append(origin) } })
    }

    func pass(seconds: Int64) { now.withLock { $0.milliseconds += seconds * 1000 } }
}

struct OriginLookupTests {
    private let world = World()

    private func seen(_ address: String, for zone: String = "example.") throws -> Observation {
        Observation(
            time: Timestamp(seconds: 1), server: try #require(IPAddress(address)), zone: zone,
            transport: .udp,
            outcome: .silent)
    }

    @Test func `a network is unknown until its origin and the name of its AS were told, and is remembered`()
        async throws
    {
        let service = OriginService()
        let lookup = try world.lookup()
        #expect(lookup.identity(of: try seen("216.90.108.31")) == nil)
        await lookup.askNext(service.resolve)
        #expect(lookup.identity(of: try seen("216.90.108.99"))?.origins == [ASNumber(23028)])
        world.pass(seconds: 1)
        await lookup.askNext(service.resolve)
        let network = NetworkIdentity(
            prefix: try #require(Prefix("216.90.108.0/24")), origins: [ASNumber(23028)],
            name: "TEAM-CYMRU, US")
        #expect(lookup.identity(of: try seen("216.90.108.99")) == network)
        #expect(world.remembered.withLock { $0.last?.network } == network)
        let later = try world.lookup(learned: world.remembered.withLock { $0.reversed() })
        #expect(later.identity(of: try seen("216.90.108.99")) == network)
        #expect(later.waiting == 0)
        world.pass(seconds: 31 * 86400)
        #expect(later.identity(of: try seen("216.90.108.99")) == nil)
        #expect(later.waiting == 1)
    }

    @Test func `at most one question goes out in a second, and one for each network`() async throws {
        let service = OriginService()
        let lookup = try world.lookup()
        for host in 1...100 { _ = lookup.identity(of: try seen("216.90.108.\(host)")) }
        for network in 1...100 { _ = lookup.identity(of: try seen("216.91.\(network).1")) }
        #expect(lookup.waiting == 101)
        for _ in 0..<10 { await lookup.askNext(service.resolve) }
        #expect(service.questions.count == 1)
        world.pass(seconds: 1)
        await lookup.askNext(service.resolve)
        #expect(service.questions.count == 2)
    }

    @Test func `no more than 1,024 questions wait`() throws {
        let lookup = try world.lookup()
        for index in 0..<2000 { _ = lookup.identity(of: try seen("8.\(index / 256).\(index % 256).1")) }
        #expect(lookup.waiting == 1024)
    }

    @Test func `that there is no origin is believed for a day, and a failure for an hour`() async throws {
        for (isSilent, age) in [(false, Int64(86400)), (true, 3600)] {
            let service = OriginService(isSilent: isSilent)
            let lookup = try world.lookup()
            _ = lookup.identity(of: try seen("8.8.8.8"))
            await lookup.askNext(service.resolve)
            world.pass(seconds: age - 1)
            #expect(lookup.identity(of: try seen("8.8.8.8")) == nil)
            #expect(lookup.waiting == 0)
            world.pass(seconds: 1)
            _ = lookup.identity(of: try seen("8.8.8.8"))
            #expect(lookup.waiting == 1)
        }
    }

    @Test(arguments: [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.1.1", "192.0.2.1",
        "224.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "fe80::1", "fd00::1", "2001:db8::1", "::",
        "9.9.9.9",
    ])
    func `nothing is asked about addresses that are private, set aside or not to be queried`(address: String)
        throws
    {
        let lookup = try world.lookup(never: [try #require(Prefix("9.9.9.0/24"))])
        _ = lookup.identity(of: try seen(address))
        #expect(lookup.waiting == 0)
    }

    @Test func `asking the origin zones raises no questions about their own servers`() async throws {
        let lookup = try world.lookup()
        for zone in ["cymru.com.", "asn.cymru.com.", "origin.asn.cymru.com.", "8.origin.asn.cymru.com."] {
            _ = lookup.identity(of: try seen("8.8.8.8", for: zone))
        }
        #expect(lookup.waiting == 0)
        for zone in ["com.", ".", "example.com.", "notcymru.com."] {
            _ = lookup.identity(of: try seen("8.8.8.8", for: zone))
        }
        #expect(lookup.waiting == 1)
    }

    @Test func `an answer about other addresses, or half the Internet, is not believed`() async throws {
        let lookup = try world.lookup()
        for text in ["1 | 9.9.9.0/24 | | |", "1 | 8.0.0.0/7 | | |", "nonsense"] {
            _ = lookup.identity(of: try seen("8.8.8.8"))
            await lookup.askNext { _ in [text] }
            #expect(lookup.identity(of: try seen("8.8.8.8")) == nil)
            world.pass(seconds: 90_000)
        }
    }
}
