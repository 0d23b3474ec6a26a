import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Asks an HTTP server, once for each request, over TLS where its address says so. Foundation's client would leave folders for
/// caches and cookies in the user's home.
struct PlainClient {
    enum Problem: Error, CustomStringConvertible {
        case noAddress(String)
        case connection(String)

        var description: String {
            switch self {
            case .noAddress(let text): "'\(text)' is not an address such as http://127.0.0.1:8053"
            case .connection(let reason): reason
            }
        }
    }

    struct Reply {
        let status: Int
        let body: Data
    }

    /// Octets of a reply: metrics and a page of outages take some hundred kilobytes.
    private static let octetsMax = 8 << 20

    private let host: String
    private let port: Int
    private let path: String
    private let tls: NIOSSLContext?
    private let patience: TimeAmount

    /// - Parameters:
    ///   - base: an address with `http` or `https`, under which paths stand.
    ///   - patience: seconds that a connection may be silent.
    init(_ base: String, patience: Int64) throws(Problem) {
        guard let url = URL(string: base), let host = url.host, !host.isEmpty, let scheme = url.scheme,
            ["http", "https"].contains(scheme)
        else { throw .noAddress(base) }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = url.port ?? (scheme == "https" ? 443 : 80)
        path = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
        self.patience = .seconds(patience)
        do {
            tls = scheme == "https" ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        } catch {
            throw .connection("\(error)")
        }
    }

    func get(_ target: String, headers: [(String, String)]) async throws(Problem) -> Reply {
        let name = host.contains(":") ? "[\(host)]" : host
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: path + target,
            headers: HTTPHeaders([("host", "\(name):\(port)"), ("connection", "close")] + headers))
        do {
            let reply = try await exchange(head)
            return Reply(
                status: Int(reply.head.status.code),
                body: Data(reply.body.map { Array($0.readableBytesView) } ?? []))
        } catch {
            throw .connection(Self.words(error))
        }
    }

    private func exchange(_ head: HTTPRequestHead) async throws -> NIOHTTPClientResponseFull {
        let answer = MultiThreadedEventLoopGroup.singleton.next().makePromise(
            of: NIOHTTPClientResponseFull.self)
        let connection = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(patience)
            .channelInitializer { [tls, host, patience] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : host))
                    }
                    try pipeline.addHandler(IdleStateHandler(readTimeout: patience))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(
                        NIOHTTPClientResponseAggregator(maxContentLength: Self.octetsMax))
                    try pipeline.addHandler(ReplyHandler(answer: answer))
                }
            }
        do {
            let channel = try await connection.connect(host: host, port: port).get()
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        } catch {
            answer.fail(error)
        }
        return try await answer.futureResult.get()
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case is NIOConnectionError: "no connection"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout, is ReplyHandler.Silence: "no answer in time"
        default: "\(error)"
        }
    }
}

/// Hands the one reply of a connection on.
private final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull

    struct Silence: Error {}
    private struct Ended: Error, CustomStringConvertible {
        let description = "the connection ended before the reply"
    }

    private let answer: EventLoopPromise<NIOHTTPClientResponseFull>

    init(answer: EventLoopPromise<NIOHTTPClientResponseFull>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.succeed(unwrapInboundIn(data))
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        answer.fail(Silence())
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(Ended()) }
}
