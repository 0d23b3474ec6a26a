import AfterglowDaemon
import EventLoop
import Foundation
import Primitives
import Settings
import Zones

/// The resolver of the demonstration and what surrounds it: the miniature Internet, its route feed, and clients.
final class Stage {
    let internet: MiniatureInternet
    let panel: ClientPanel
    let findings = Findings()
    let clock: MachineClock
    let resolver: Endpoint
    /// Where the page is.
    let page: Endpoint
    let database: String
    private let daemon: Daemon
    private let directory: URL

    /// The resolver's own number, of the block for private use (RFC 6996).
    private static let ownNumber = ASNumber(64512)
    private static let loopback = IPAddress(ipv4: 0x7F00_0001)

    /// - Parameters:
    ///   - directory: where the database and the files go.
    ///   - port: where the resolver listens; nil for a free one.
    init(directory: URL, port: UInt16?, start: Timestamp) throws(DemonstrationProblem) {
        self.directory = directory
        clock = MachineClock(startingAt: start)
        resolver = Endpoint(Self.loopback, port: try Self.port(port))
        page = Endpoint(Self.loopback, port: try Self.freePort())
        let feed = Endpoint(Self.loopback, port: try Self.freePort())
        internet = try MiniatureInternet(announcingTo: feed, of: Self.ownNumber)
        panel = try ClientPanel(asking: resolver)
        let settings = try Self.settings(directory, internet, feed, resolver, page)
        database = settings.databaseLocation ?? ""
        let findings = findings
        let log = OperatorLog { findings.hear($0, $1) }
        do {
            daemon = try Daemon(settings: settings, log: log, clock: clock)
        } catch {
            throw .resolver("\(error)")
        }
    }

    /// Starts everything; the clients ask at once.
    func begin() throws(DemonstrationProblem) {
        do { try daemon.start() } catch { throw .resolver("\(error)") }
        try internet.start()
        panel.start()
    }

    func end() {
        panel.stop()
        internet.stop()
        daemon.stop()
    }

    /// Sets the clocks of the resolver ahead, once nobody waits for an answer, so that no time-out is cut short.
    func leap(to time: Timestamp) async {
        panel.pause()
        for _ in 0..<60 where panel.isWaiting { try? await Task.sleep(for: .milliseconds(50)) }
        clock.advance(by: .milliseconds(time.milliseconds - clock.wallTime.milliseconds))
        daemon.clockWasSet()
        panel.resume()
    }

    /// The resolver's configuration, as anybody would write it; it stays in the directory.
    private static func settings(
        _ directory: URL, _ internet: MiniatureInternet, _ feed: Endpoint, _ resolver: Endpoint,
        _ page: Endpoint
    ) throws(DemonstrationProblem) -> Settings {
        let names = internet.networks.map { "\($0.asn.value)\t\($0.name)\n" }.joined()
        let copy = MiniatureInternet.copiedZone
        try write("root.hints", ". 1d NS a.root.\na.root. 1d A 127.1.0.53\n", to: directory)
        try write("names.tsv", names, to: directory)
        try write("networks.pfx2as", internet.prefixTable, to: directory)
        try write("\(copy).zone", "\(MiniatureInternet.zoneTexts[copy] ?? "")\n", to: directory)
        // As YAML quotes it.
        let place = directory.path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let text = """
            listen: ["\(resolver.address):\(resolver.port)"]
            state-directory: "\(place)"
            resolver: { root-hints: root.hints, upstream-port: \(internet.port), ipv6: false }
            dnssec: { mode: off }
            zones:
              - { name: \(copy), file: \(copy).zone, use: fallback }
            routing:
              tables: [{ file: networks.pfx2as, format: pfx2as }]
              names: names.tsv
              origin-dns: off
              bgp:
                listen: "\(feed.address):\(feed.port)"
                asn: \(ownNumber.value)
                router-id: 127.0.0.1
                neighbours:
                  - { address: \(MiniatureInternet.routerAddress), asn: \(MiniatureInternet.routerNumber.value) }
            http: { listen: "\(page.address):\(page.port)" }

            """
        let file = try write("afterglow.yaml", text, to: directory)
        switch Settings.load(text: text, file: file, environment: [:]) {
        case .success(let settings): return settings
        case .failure(let problems): throw .badWorld("\(problems)")
        }
    }

    /// Writes a file and returns its path.
    @discardableResult
    private static func write(
        _ name: String, _ text: String, to directory: URL
    ) throws(DemonstrationProblem) -> String {
        let file = directory.appendingPathComponent(name)
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        } catch {
            throw .directory("\(file.path) cannot be written: \(error.localizedDescription)")
        }
        return file.path
    }

    private static func port(_ wanted: UInt16?) throws(DemonstrationProblem) -> UInt16 {
        if let wanted { return wanted }
        return try freePort()
    }

    /// A port that nobody uses at the moment, over UDP and TCP.
    private static func freePort() throws(DemonstrationProblem) -> UInt16 {
        do {
            let loop = try EventLoop(name: "port")
            let datagrams = try DatagramListener(loop: loop, endpoint: Endpoint(loopback, port: 0))
            let port = datagrams.localEndpoint.port
            _ = try StreamListener(loop: loop, endpoint: Endpoint(loopback, port: port))
            return port
        } catch {
            throw .cannotListen("\(error)")
        }
    }
}
