import Dashboard
import Foundation
import Journal
import Primitives
import Settings
import Telemetry

/// The page, the interface for programs and the metrics, on the listener of `http`.
final class PageService {
    private let server: DashboardServer
    private let settings: Settings.HTTP
    private let log: OperatorLog

    /// Checks what `http` names; nothing is bound yet.
    init(_ settings: Settings.HTTP, site: Site, log: OperatorLog) throws(DaemonProblem) {
        self.settings = settings
        self.log = log
        var configuration = DashboardServer.Configuration(endpoint: settings.listen)
        configuration.names = settings.names
        configuration.token = try Self.token(settings.token)
        if let tls = settings.tls {
            for file in [tls.certificate, tls.key] + (tls.clientCA.map { [$0] } ?? []) {
                guard FileManager.default.isReadableFile(atPath: file) else {
                    throw .badFile(
                        path: file, reason: "http.tls: there is no such file, or it cannot be read")
                }
            }
            configuration.tls = DashboardServer.Certificate(
                chain: tls.certificate, key: tls.key, clientAuthorities: tls.clientCA)
        }
        server = DashboardServer(site, configuration)
    }

    /// Opens the listener. One that nobody asked for may be left out: answering queries matters more.
    func start() throws(DaemonProblem) {
        do {
            let endpoint = try server.start()
            log.info("page: \(settings.tls == nil ? "http" : "https")://\(Self.host(endpoint))/")
        } catch {
            let problem = self.problem(error)
            if settings.isConfigured { throw problem }
            log.warning("\(problem); there is no page, no interface for programs and no metrics")
        }
    }

    func stop() { server.stop() }

    private func problem(_ error: DashboardServer.Problem) -> DaemonProblem {
        switch error {
        case .taken:
            .cannotServePage(
                settings.listen, "another program listens there; give another port with `http.listen`")
        case .cannotListen(let reason): .cannotServePage(settings.listen, reason)
        case .badCertificate(let reason):
            .badFile(path: settings.tls?.certificate ?? "", reason: "http.tls: \(reason)")
        }
    }

    private static func token(_ secret: Settings.Secret?) throws(DaemonProblem) -> String? {
        switch secret {
        case nil: return nil
        case .text(let token): return token
        case .file(let path):
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw .badFile(
                    path: path, reason: "http.token-file: there is no such file, or it cannot be read")
            }
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard token.utf8.count >= Settings.HTTP.tokenOctetsMin else {
                throw .badFile(
                    path: path,
                    reason:
                        "http.token-file: a token must have at least \(Settings.HTTP.tokenOctetsMin) octets")
            }
            return token
        }
    }

    private static func host(_ endpoint: Endpoint) -> String {
        let address = endpoint.address.description
        return endpoint.address.family == .ipv6
            ? "[\(address)]:\(endpoint.port)" : "\(address):\(endpoint.port)"
    }
}
