import AfterglowDaemon
import EventLoop
import Foundation
import Glibc
import Laboratory
import Primitives
import Settings
import Synchronization
import Testing

/// The page as the resolver brings it up.
@Suite(.serialized, .enabled(if: Command.exists("python3"), "SKIPPED without python3"))
final class PageServiceTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    private let said = Said()

    deinit { try? FileManager.default.removeItem(at: directory) }

    private final class Said: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func take(_ line: String) { lines.withLock { $0.append(line) } }
    }

    /// The end of a listener's line in the log: its port.
    private var pagePort: UInt16? {
        said.all.first { $0.contains("page: http") }?.split(separator: ":").last.flatMap {
            UInt16($0.dropLast())
        }
    }

    private func settings(_ adjust: (inout Settings) -> Void = { _ in }) -> Settings {
        var settings = Settings()
        settings.stateDirectory = directory.path
        settings.workers = .count(1)
        settings.routing.originDNS = nil
        settings.http?.listen = Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 0)
        adjust(&settings)
        return settings
    }

    /// A daemon on a port of the loopback that was free, and that port.
    private func start(_ settings: Settings) throws -> (Daemon, UInt16) {
        var settings = settings
        while true {
            let port = UInt16.random(in: 20_000...60_000)
            settings.listen = [.init(endpoint: Endpoint(IPAddress(ipv4: 0x7F00_0001), port: port))]
            let daemon = try Daemon(
                settings: settings,
                log: OperatorLog { [said] level, line in said.take("\(level.rawValue) \(line)") })
            // A closure, because the compiler of Swift 6.3.1 fails on a pattern over a typed error here.
            let outcome = Result { () throws(DaemonProblem) in try daemon.start() }
            guard case .failure(.cannotListen(_, let cause)) = outcome, cause.code == EADDRINUSE else {
                try outcome.get()
                return (daemon, port)
            }
            daemon.stop()
        }
    }

    @Test func `metrics count the queries that came, and readiness is told`() throws {
        let (daemon, port) = try start(settings())
        defer { daemon.stop() }
        let script = """
            import socket, sys, urllib.request
            dns, page = int(sys.argv[1]), sys.argv[2]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.settimeout(5)
                for _ in range(3):
                    s.sendto(b"\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\x09localhost\\0\\0\\1\\0\\1", ("127.0.0.1", dns))
                    s.recv(512)
            print(urllib.request.urlopen(f"http://127.0.0.1:{page}/readyz").read().decode().strip())
            for line in urllib.request.urlopen(f"http://127.0.0.1:{page}/metrics").read().decode().splitlines():
                if line.startswith(('afterglow_queries_total{transport="udp"}', 'afterglow_answers_total{source="own', "afterglow_uplink_up", "afterglow_workers")): print(line)
            """
        let run = Command.run(["python3", "-c", script, String(port), String(try #require(pagePort))])
        #expect(
            run.output == """
                ready
                afterglow_queries_total{transport="udp"} 3
                afterglow_answers_total{source="own_answer",rcode="NOERROR"} 3
                afterglow_uplink_up 1
                afterglow_workers 1

                """, "\(run.complaint)")
    }

    @Test
    func `a port that is taken costs the page nobody asked for, and is an error where it was asked for`()
        throws
    {
        let (first, _) = try start(settings())
        defer { first.stop() }
        let taken = try #require(pagePort)
        let (second, _) = try start(
            settings { $0.http?.listen = Endpoint(IPAddress(ipv4: 0x7F00_0001), port: taken) })
        second.stop()
        #expect(
            said.all.contains {
                $0.hasPrefix(
                    "warning http: cannot listen on 127.0.0.1#\(taken): another program listens there")
            })
        #expect(throws: DaemonProblem.self) {
            _ = try self.start(
                self.settings {
                    $0.http?.listen = Endpoint(IPAddress(ipv4: 0x7F00_0001), port: taken)
                    $0.http?.isConfigured = true
                })
        }
    }

    @Test func `files that http names and that are not there are named`() {
        #expect { _ = try self.start(self.settings { $0.http?.token = .file("/nowhere/token") }) } throws: {
            error in
            "\(error)".hasPrefix("/nowhere/token: http.token-file")
        }
        #expect {
            _ = try self.start(
                self.settings {
                    $0.http?.tls = .init(certificate: "/nowhere/page.pem", key: "/nowhere/page.key")
                })
        } throws: { error in
            "\(error)".hasPrefix("/nowhere/page.pem: http.tls")
        }
    }

    @Test func `the log can be off: nothing is written, and all else is there`() throws {
        let (daemon, port) = try start(settings { $0.reachability.database = nil })
        let script = """
            import socket, sys, urllib.request
            dns, page = int(sys.argv[1]), sys.argv[2]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.settimeout(5)
                s.sendto(b"\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\x09localhost\\0\\0\\1\\0\\1", ("127.0.0.1", dns))
                print(s.recv(512)[3] & 15)
            for line in urllib.request.urlopen(f"http://127.0.0.1:{page}/metrics").read().decode().splitlines():
                if line.startswith(("afterglow_log_rows", "afterglow_outages_open{scope=\\"asn", "afterglow_uplink_up")): print(line)
            """
        let run = Command.run(["python3", "-c", script, String(port), String(try #require(pagePort))])
        daemon.stop()
        #expect(
            run.output == """
                0
                afterglow_outages_open{scope="asn"} 0
                afterglow_uplink_up 1
                afterglow_log_rows_dropped_total{queue="watch"} 0

                """, "\(run.complaint)")
        #expect(said.all.contains { $0.hasPrefix("info reachability log: off") })
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: directory.path)) ?? []
        #expect(!files.contains { $0.contains("sqlite") }, "\(files)")
    }

    @Test func `http can be off`() throws {
        let (daemon, _) = try start(settings { $0.http = nil })
        daemon.stop()
        #expect(!said.all.contains { $0.contains("page:") })
    }
}
