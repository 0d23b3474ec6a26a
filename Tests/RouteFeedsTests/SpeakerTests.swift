import Foundation
import Laboratory
import NIOCore
import NIOPosix
import NamespaceSocket
import Primitives
import RouteFeeds
import Routing
import RoutingWire
import Synchronization
import Testing

/// What feeds reported.
final class Reports: Sendable {
    private let stored = Mutex<[FeedReport]>([])

    func add(_ report: FeedReport) { stored.withLock { $0.append(report) } }

    var all: [FeedReport] { stored.withLock { $0 } }
}

/// A feed that listens beside a real speaker, in a namespace.
final class Witnessed: Sendable {
    let table = RouteTable()
    let reports = Reports()
    private let bgp: BGPFeed
    private let bmp: BMPStation

    init(_ speaker: RouteSpeaker, password: String? = nil) throws {
        let listener = RouteSpeaker.listener
        let address = try #require(IPAddress(RouteSpeaker.address))
        let settings = BGPFeedSettings(
            listen: Endpoint(IPAddress(ipv4: 0), port: 0), asNumber: ASNumber(UInt32(listener.number)),
            identifier: 1,
            neighbours: [
                .init(address: address, asNumber: ASNumber(UInt32(RouteSpeaker.number)), password: password)
            ])
        let reports = reports
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let clock = { @Sendable in Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        let report = { @Sendable (report: FeedReport) in reports.add(report) }
        bgp = BGPFeed(settings, table: table, loop: loop, clock: clock, report: report)
        bmp = BMPStation(
            listen: Endpoint(IPAddress(ipv4: 0), port: 0), routers: [Prefix(address, length: 32)],
            table: table,
            loop: loop, clock: clock, report: report)
        let name = speaker.listenerNamespace.name
        let sockets = [UInt16(listener.port), 11019].map { namespace_listen(name, listener.address, $0) }
        try #require(sockets.allSatisfy { $0 >= 0 })
        try bgp.start(adopting: sockets[0]).wait()
        try bmp.start(adopting: sockets[1]).wait()
    }

    func stop() throws {
        try bgp.stop().wait()
        try bmp.stop().wait()
    }

    /// Waits, and does what the daemon's clock does.
    func wait(_ limit: Double = 20, until condition: () -> Bool) -> Bool {
        Patience.wait(limit) {
            while table.advance(to: Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))) {}
            return condition()
        }
    }

    func match(_ address: String) -> String? {
        IPAddress(address).flatMap { address in
            table.match(address).map { "\(Prefix(address, length: $0.length)) \($0.origin)" }
        }
    }

    func standing(_ address: String) -> RouteStanding { IPAddress(address).map(table.standing) ?? .unknown }

    func isWithdrawn(_ address: String) -> Bool {
        if case .withdrawn = standing(address) { true } else { false }
    }

    func isCovered(_ address: String) -> Bool {
        if case .covered = standing(address) { true } else { false }
    }
}

private let namespacesArePossible: Bool = {
    guard getuid() == 0, let trial = try? Namespace("trial", laboratory: "route") else { return false }
    trial.remove()
    return true
}()

@Suite(
    "Real BGP speakers", .serialized,
    .enabled(if: namespacesArePossible, "needs root and network namespaces"))
struct SpeakerTests {
    /// Facebook's shape: a covering prefix and the name servers' own, in both families.
    static let routes: [String: Int?] = [
        "129.134.0.0/17": 32934, "129.134.30.0/23": 32934, "185.89.218.0/23": 32934, "192.0.2.0/24": nil,
        "2a03:2880::/29": 32934, "2a03:2880:f0fc::/48": 32934,
    ]

    /// FRR announces networks as its own alone.
    func origin(_ speaker: RouteSpeaker, _ number: Int) -> String {
        "AS\(speaker.software == .frr ? RouteSpeaker.number : number)"
    }

    @Test(
        "Table, withdrawal, return, loss of the session and its return, in both families",
        arguments: RouteSpeaker.Software.allCases)
    func session(software: RouteSpeaker.Software) throws {
        guard RouteSpeaker.isInstalled(software) else { return }
        let speaker = try RouteSpeaker(software)
        defer { speaker.tearDown() }
        let feed = try Witnessed(speaker)
        defer { try? feed.stop() }
        try speaker.start(Self.routes)
        let operatorAS = origin(speaker, 32934)
        #expect(
            feed.wait(30) {
                feed.standing("2a03:2880:f0fc::1") == .visible && feed.standing("185.89.218.12") == .visible
            },
            "\(speaker.log) \(feed.reports.all)")
        #expect(feed.match("129.134.30.12") == "129.134.30.0/23 \(operatorAS)")
        #expect(feed.match("2a03:2880:f0fc:c:face:b00c:0:35") == "2a03:2880:f0fc::/48 \(operatorAS)")
        #expect(feed.match("192.0.2.1") == "192.0.2.0/24 AS\(RouteSpeaker.number)")
        try speaker.withdraw(["129.134.30.0/23", "185.89.218.0/23", "2a03:2880:f0fc::/48"])
        #expect(
            feed.wait {
                feed.isWithdrawn("185.89.218.12") && feed.isCovered("129.134.30.12")
                    && feed.isCovered("2a03:2880:f0fc::1")
            }, "\(speaker.log)")
        #expect(feed.standing("192.0.2.1") == .visible)
        try speaker.announce("185.89.218.0/23", from: 32934)
        #expect(feed.wait { feed.standing("185.89.218.12") == .visible })
        speaker.stop(gently: false)
        #expect(feed.wait { feed.standing("192.0.2.1") == .unknown })
        #expect(feed.match("192.0.2.1") != nil)
        try speaker.start(["192.0.2.0/24": nil, "2a03:2880::/29": 32934])
        #expect(
            feed.wait(40) { feed.isWithdrawn("185.89.218.12") && feed.standing("192.0.2.1") == .visible },
            "\(speaker.log) \(feed.reports.all)")
    }

    @Test("A route with malformed attributes is left aside, not withdrawn, and the session stays (RFC 7606)")
    func malformedAttributes() throws {
        guard RouteSpeaker.isInstalled(.exabgp) else { return }
        let speaker = try RouteSpeaker(.exabgp)
        defer { speaker.tearDown() }
        let feed = try Witnessed(speaker)
        defer { try? feed.stop() }
        try speaker.start(Self.routes)
        #expect(feed.wait(30) { feed.standing("185.89.218.12") == .visible }, "\(speaker.log)")
        // MULTI_EXIT_DISC of one octet; it has four (RFC 4271 §4.3).
        try speaker.say([
            "announce route 185.89.218.0/23 next-hop \(RouteSpeaker.address) as-path [ \(RouteSpeaker.number) 32934 ] "
                + "attribute [ 0x04 0x80 0x01 ]",
            "announce route 198.51.100.0/24 next-hop \(RouteSpeaker.address)",
        ])
        #expect(feed.wait { feed.standing("198.51.100.1") == .visible }, "\(speaker.log)")
        #expect(!feed.isWithdrawn("185.89.218.12"))
        let isTold = feed.reports.all.contains { report in
            if case .malformedRoutes(_, let fault, let count) = report {
                fault.attribute == 4 && count == 1
            } else {
                false
            }
        }
        #expect(isTold, "\(feed.reports.all)")
        let hasEnded = feed.reports.all.contains { if case .ended = $0 { true } else { false } }
        #expect(!hasEnded)
        try speaker.announce("185.89.218.0/23", from: 32934)
        #expect(feed.wait { feed.standing("185.89.218.12") == .visible })
    }

    @Test("TCP's MD5 signatures (RFC 2385): the right key lets BIRD in, a wrong one does not")
    func signatures() throws {
        guard RouteSpeaker.isInstalled(.bird) else { return }
        for (theirs, isRight) in [("correct horse", true), ("wrong", false)] {
            let speaker = try RouteSpeaker(.bird, password: theirs)
            defer { speaker.tearDown() }
            let feed = try Witnessed(speaker, password: "correct horse")
            defer { try? feed.stop() }
            try speaker.start(["192.0.2.0/24": nil])
            #expect(feed.wait(isRight ? 20 : 4) { feed.standing("192.0.2.1") == .visible } == isRight)
        }
    }

    @Test(
        "A router tells by BMP what its neighbour BIRD told it; the neighbour's end, and the router's, make it stale",
        arguments: [RouteSpeaker.Software.gobgp, .frr])
    func monitoring(software: RouteSpeaker.Software) throws {
        guard RouteSpeaker.isInstalled(software), RouteSpeaker.isInstalled(.bird) else { return }
        let router = try RouteSpeaker(software, isMonitored: true)
        defer { router.tearDown() }
        let feed = try Witnessed(router)
        defer { try? feed.stop() }
        try router.startNeighbour(["185.89.218.0/23": 32934, "2a03:2880:f0fc::/48": 32934])
        try router.start([:])
        #expect(
            feed.wait(40) {
                feed.standing("185.89.218.12") == .visible && feed.standing("2a03:2880:f0fc::1") == .visible
            }, "\(router.log) \(feed.reports.all)")
        #expect(feed.match("185.89.218.12") == "185.89.218.0/23 AS32934")
        try router.changeNeighbour(["2a03:2880:f0fc::/48": 32934])
        #expect(feed.wait { feed.isWithdrawn("185.89.218.12") })
        router.stopNeighbour()
        #expect(feed.wait { feed.standing("2a03:2880:f0fc::1") == .unknown }, "\(router.log)")
        #expect(feed.match("2a03:2880:f0fc::1") != nil)
        try router.startNeighbour(["2a03:2880:f0fc::/48": 32934])
        #expect(feed.wait(40) { feed.standing("2a03:2880:f0fc::1") == .visible }, "\(router.log)")
        router.stop(gently: false)
        #expect(feed.wait { feed.standing("2a03:2880:f0fc::1") == .unknown })
        #expect(feed.match("2a03:2880:f0fc::1") != nil)
    }
}
