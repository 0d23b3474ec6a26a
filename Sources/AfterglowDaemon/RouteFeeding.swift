package import EventLoop
import Foundation
import NIOCore
import NIOPosix
package import Primitives
package import Reachability
import RouteFeeds
package import Routing
import RoutingWire
package import Settings
import Synchronization

/// The feeds of the live route table: sessions, the BMP station, and the clock that closes the table's buckets.
package final class RouteFeeding: Sendable {
    /// How often tables in files are looked at for a replacement, in seconds.
    private static let fileInterval = 10

    private let networks: NetworkSources
    private let log: OperatorLog
    private let clock: @Sendable () -> Timestamp
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let running = Mutex(Running())

    private struct Running {
        var bgp: BGPFeed?
        var bmp: BMPStation?
        var ticking: RepeatedTask?
        var rows: (@Sendable ([RouteBucket]) -> Void)?
    }

    package init(_ networks: NetworkSources, log: OperatorLog, clock: MachineClock = MachineClock()) {
        self.networks = networks
        self.log = log
        self.clock = { clock.wallTime }
    }

    /// Opens what is configured.
    ///
    /// - Parameters:
    ///   - rows: takes the rows of closed buckets, with names; must not block.
    ///   - moments: takes the moments at which an AS lost most of its routes or had them back; must not block.
    package func start(
        _ settings: Settings.Routing, rows: @escaping @Sendable ([RouteBucket]) -> Void,
        moments: @escaping @Sendable ([RouteMoment]) -> Void
    ) throws(DaemonProblem) {
        let loop = group.next()
        if let table = networks.live {
            let report: @Sendable (FeedReport) -> Void = { [log] in Self.say($0, to: log) }
            if let bgp = settings.bgp {
                let feed = BGPFeed(
                    Self.feedSettings(bgp), table: table, loop: loop, clock: clock, report: report)
                try Self.wait(feed.start(), bgp.listen, "routing.bgp")
                running.withLock { $0.bgp = feed }
            }
            if let bmp = settings.bmp {
                let station = BMPStation(
                    listen: bmp.listen, routers: bmp.routers, table: table, loop: loop, clock: clock,
                    report: report)
                try Self.wait(station.start(), bmp.listen, "routing.bmp")
                running.withLock { $0.bmp = station }
            }
        }
        let count = Mutex(0)
        // Without a live table there is nothing to do but to look at files.
        let pace = networks.live == nil ? Self.fileInterval : 1
        let ticking = loop.scheduleRepeatedTask(
            initialDelay: .seconds(Int64(pace)), delay: .seconds(Int64(pace))
        ) {
            [weak self] _ in
            self?.tick(rows, moments)
            let isDue = count.withLock { count in
                count += pace
                return count % Self.fileInterval == 0
            }
            if isDue { self?.lookAtFiles() }
        }
        running.withLock { $0.ticking = ticking }
    }

    /// Ends the sessions with a NOTIFICATION.
    package func stop() {
        let running = running.withLock { running in
            defer { running = Running() }
            return running
        }
        running.ticking?.cancel()
        try? running.bgp?.stop().wait()
        try? running.bmp?.stop().wait()
        try? group.syncShutdownGracefully()
    }

    private func tick(
        _ rows: @Sendable ([RouteBucket]) -> Void, _ moments: @Sendable ([RouteMoment]) -> Void
    ) {
        guard let table = networks.live else { return }
        // Sweeps go on in the next second; one takes some milliseconds in all for a whole table.
        for _ in 0..<256 where table.advance(to: clock()) {}
        let output = table.takeOutput()
        for moment in output.moments { Self.say(moment, name: networks.name(of: moment.asn), to: log) }
        if !output.moments.isEmpty { moments(output.moments) }
        guard !output.rows.isEmpty else { return }
        rows(
            output.rows.map { row in
                var named = row
                named.asName = networks.name(of: row.asn)
                return named
            })
    }

    private func lookAtFiles() {
        // Reading may take seconds, in which sessions must not wait.
        let thread = Thread { [networks, log] in
            do {
                if try networks.reloadReplaced() {
                    log.info("routing tables were replaced and are read again")
                }
            } catch {
                log.error("routing tables: \(error); the old ones stay")
            }
        }
        thread.start()
    }

    private static func wait(
        _ future: EventLoopFuture<Void>, _ endpoint: Endpoint, _ key: String
    ) throws(DaemonProblem) {
        do { try future.wait() } catch {
            throw .unsupported(key: key, reason: "cannot listen on \(endpoint): \(error)")
        }
    }

    private static func feedSettings(_ bgp: Settings.BGP) -> BGPFeedSettings {
        BGPFeedSettings(
            listen: bgp.listen, asNumber: bgp.asn, identifier: UInt32(truncatingIfNeeded: bgp.routerID.low),
            neighbours: bgp.neighbours.map {
                BGPFeedSettings.Neighbour(
                    address: $0.address, asNumber: $0.asn, password: $0.password, connects: $0.connect,
                    port: UInt16(clamping: $0.port))
            })
    }

}

// MARK: In words

extension RouteFeeding {
    private static func say(_ report: FeedReport, to log: OperatorLog) {
        switch report {
        case .established(let address, let number): log.info("routes: \(address) (\(number)): session is up")
        case .complete(let address, let number, let family):
            log.info("routes: \(address) (\(number)): IPv\(family.rawValue) table is complete")
        case .ended(let address, let number, let end):
            log.warning("routes: \(address) (\(number)): session ended: \(words(end)); its routes are stale")
        case .cannotConnect(let endpoint, let reason):
            log.warning("routes: cannot connect to \(endpoint): \(reason)")
        case .stranger(let address):
            log.warning("routes: \(address) connected and is not configured; closed")
        case .malformedRoutes(let address, let fault, let count):
            log.warning(
                "routes: \(address): \(count) routes with attribute \(fault.attribute) malformed (\(fault.reason)); "
                    + "they are left aside, not taken for withdrawn")
        case .routerUp(let address, let name): log.info("routes: BMP router \(address) \(name): connected")
        case .routerDown(let address):
            log.warning("routes: BMP router \(address): disconnected; its routes are stale")
        case .malformedMonitoring(let address, let error):
            log.warning("routes: BMP router \(address): octet \(error.offset) of a message: \(error.reason)")
        case .tooManyPeers(let address): log.error("routes: \(address): no room for another peer")
        }
    }

    private static func words(_ end: BGPSession.End) -> String {
        switch end {
        case .closed: "the connection broke"
        case .notified(let notification):
            "it sent NOTIFICATION \(notification.code)/\(notification.subcode)"
                + (notification.shutdownText.map { " \"\($0)\"" } ?? "")
        case .sent(let notification): "NOTIFICATION \(notification.code)/\(notification.subcode) sent"
        }
    }

    static func say(_ moment: RouteMoment, name: String?, to log: OperatorLog) {
        let who = moment.asn.value == 0 ? "the whole table" : "\(moment.asn)" + (name.map { " \($0)" } ?? "")
        let unit = moment.family == .ipv4 ? "/24" : "/48"
        let what = moment.kind == .lost ? "has lost most of its routes" : "is back"
        log.warning(
            "routes: \(moment.at) \(who) \(what): \(moment.visible) of \(moment.usual) \(unit) visible")
    }
}

/// The second witness of the detector.
package struct LiveRoutes: RouteWitness {
    private let table: RouteTable

    package init(_ table: RouteTable) { self.table = table }

    package func evidence(on server: IPAddress, in network: NetworkIdentity) -> RouteEvidence {
        switch table.standing(of: server) {
        case .visible: .visible
        case .withdrawn(let since): .withdrawn(since: since)
        case .covered(let since): .covered(since: since)
        case .foreignOrigin(let number, let since): .foreignOrigin(number, since: since)
        case .unknown: .unknown
        }
    }

    package func activity(
        of asn: ASNumber, _ family: AddressFamily, since start: Timestamp
    ) -> RouteActivity {
        let found = table.activity(of: asn, family, since: start)
        var activity = RouteActivity()
        activity.announcements = found.announcements
        activity.withdrawals = found.withdrawals
        activity.withdrawnPrefixes = found.vanished
        return activity
    }
}
