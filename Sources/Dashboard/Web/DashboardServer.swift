import Dispatch
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
package import Primitives
import Synchronization

/// The site on a listener of HTTP/1.1, over TLS where it has a certificate.
package final class DashboardServer: Sendable {
    /// Where it listens, and who may read.
    package struct Configuration: Sendable {
        package var endpoint: Endpoint
        package var names: [String] = []
        package var token: String?
        package var tls: Certificate?

        package init(endpoint: Endpoint) { self.endpoint = endpoint }
    }

    /// PEM files: the chain with the server's own first, its key, and the authorities of readers' certificates.
    package struct Certificate: Sendable {
        package var chain: String
        package var key: String
        package var clientAuthorities: String?

        package init(chain: String, key: String, clientAuthorities: String? = nil) {
            self.chain = chain
            self.key = key
            self.clientAuthorities = clientAuthorities
        }
    }

    /// Why the listener cannot be opened.
    package enum Problem: Error, Sendable {
        /// Another program has the port.
        case taken
        case cannotListen(String)
        case badCertificate(String)
    }

    /// Connections at a time; others wait in the kernel. A page takes one or two, a reader of events one more.
    private static let connectionsMax = 128
    /// A connection that sends no request for so long is closed.
    private static let idle = TimeAmount.seconds(30)
    /// Octets and number of a request's header fields.
    private static let headers = HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
    /// How long a stop waits for replies on their way.
    private static let drainMax = DispatchTimeInterval.seconds(1)

    private let site: Site
    private let configuration: Configuration
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let executor = QueueExecutor()
    private let running = Mutex<Task<Void, Never>?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    package init(_ site: Site, _ configuration: Configuration) {
        self.site = site
        self.configuration = configuration
    }

    /// Opens the listener and begins to answer; the endpoint is the one asked for, with the port that the kernel chose
    /// for port 0. Blocks until the listener is open.
    package func start() throws(Problem) -> Endpoint {
        let outcome = Outcome()
        let application = Application(
            responder: responder, server: try server(),
            configuration: ApplicationConfiguration(
                address: .hostname(
                    configuration.endpoint.address.description, port: Int(configuration.endpoint.port)),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    Self.connectionsMax, logger: Self.silence)),
            onServerRunning: { outcome.give(.success($0.localAddress?.port ?? 0)) },
            eventLoopGroupProvider: .shared(group), logger: Self.silence)
        let task = Task(executorPreference: executor) { [ended] in
            do {
                try await application.run()
            } catch {
                outcome.give(.failure(Self.problem(error)))
            }
            ended.signal()
        }
        running.withLock { $0 = task }
        let port = try outcome.wait().get()
        return Endpoint(configuration.endpoint.address, port: UInt16(clamping: port))
    }

    /// Closes the listener and its connections.
    package func stop() {
        site.feed.end()
        guard let task = running.withLock({ $0 }) else { return }
        task.cancel()
        _ = ended.wait(timeout: .now() + Self.drainMax)
        group.shutdownGracefully { _ in }
    }

    private var responder: CallbackResponder<BasicRequestContext> {
        let access = RequestGuard(names: configuration.names, token: configuration.token)
        return CallbackResponder { [site] request, _ in
            guard let asked = WebRequest(request) else {
                return Response(
                    WebProblem.badRequest("the target of the request is malformed").reply, to: request)
            }
            if let refusal = access.refusal(of: asked) {
                var reply = refusal.reply
                if refusal.status == 401 {
                    reply.headers.append(
                        ("www-authenticate", "Bearer, Basic realm=\"Afterglow\", charset=\"UTF-8\""))
                }
                if refusal.status == 413 { return Response(closing: reply, to: request) }
                if refusal.status == 405 { reply.headers.append(("allow", "GET, HEAD")) }
                return Response(reply, to: request)
            }
            return Response(await site.reply(to: asked), to: request)
        }
    }

    private func server() throws(Problem) -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                idleTimeout: Self.idle, httpDecoderConfiguration: Self.headers))
        guard let tls = configuration.tls else { return plain }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(tls.chain).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: tls.key, format: .pem))
            var settings =
                if let authorities = tls.clientAuthorities {
                    TLSConfiguration.makeServerConfigurationWithMTLS(
                        certificateChain: chain, privateKey: key, trustRoots: .file(authorities))
                } else {
                    TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
                }
            // RFC 8996 §2: nothing below.
            settings.minimumTLSVersion = .tlsv12
            return try .tls(plain, tlsConfiguration: settings)
        } catch {
            throw .badCertificate("\(error)")
        }
    }

    private static func problem(_ error: any Error) -> Problem {
        guard let error = error as? IOError else { return .cannotListen("\(error)") }
        return error.errnoCode == EADDRINUSE ? .taken : .cannotListen(error.description)
    }

    /// The library tells of connections that end early; that is every reader's right.
    private static let silence = Logger(label: "afterglow.page") { _ in SwiftLogNoOpLogHandler() }
}

/// What came of opening the listener, handed to the thread that waits for it.
private final class Outcome: Sendable {
    private let result = Mutex<Result<Int, DashboardServer.Problem>?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ outcome: Result<Int, DashboardServer.Problem>) {
        result.withLock { if $0 == nil { $0 = outcome } }
        given.signal()
    }

    func wait() -> Result<Int, DashboardServer.Problem> {
        given.wait()
        return result.withLock { $0 } ?? .failure(.cannotListen("it ended"))
    }
}

/// Runs the site's tasks on threads of their own, so that pages never take turns with what the common pool does.
private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "afterglow.page", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
