import HTTPTypes
import Hummingbird
import HummingbirdCore

extension WebRequest {
    /// The request that came; nil when its target is malformed.
    init?(_ request: Request) {
        var headers: [String: String] = [:]
        for field in request.headers where headers[field.name.canonicalName] == nil {
            headers[field.name.canonicalName] = field.value
        }
        headers["host"] = request.head.authority ?? headers["host"]
        self.init(method: request.method.rawValue, target: request.head.path ?? "", headers: headers)
    }
}

extension Response {
    /// The reply with what protects it.
    init(_ reply: WebReply, to request: Request) {
        var fields = HTTPFields()
        for (name, value) in reply.headers + WebReply.protection {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
        let body: ResponseBody =
            switch reply.body {
            case .octets(let octets): ResponseBody(byteBuffer: ByteBuffer(bytes: octets))
            case .events(let reader): Self.body(of: reader, for: request)
            }
        self.init(status: .init(code: reply.status), headers: fields, body: body)
        if request.method == .head { self = createHeadResponse() }
    }

    /// The reply to a request whose content is not taken. A little of that is read, so that a client which goes on sending finds
    /// the reply; then the connection is closed (RFC 9112 §9.6).
    init(closing reply: WebReply, to request: Request) {
        var reply = reply
        reply.headers.append(("connection", "close"))
        self.init(reply, to: request)
        let (octets, isHead) = (reply.octets, request.method == .head)
        body = ResponseBody(contentLength: octets.count) { writer in
            if !isHead { try await writer.write(ByteBuffer(bytes: octets)) }
            try await writer.finish(nil)
            var left = Self.lingering
            for try await part in request.body {
                left -= part.readableBytes
                if left < 0 { break }
            }
            throw Closed()
        }
    }

    /// Ends a connection; the library writes nothing about it.
    private struct Closed: Error {}

    /// Octets that are read and thrown away before a connection is closed.
    private static let lingering = 1 << 20

    /// Events until the reader closes its side, which is noticed without having to write.
    private static func body(of reader: LiveReader, for request: Request) -> ResponseBody {
        ResponseBody { writer in
            try await request.body.consumeWithInboundCloseHandler { _ in
                for await event in reader.events { try await writer.write(ByteBuffer(string: event.text)) }
            } onInboundClosed: {
                reader.end()
            }
            try await writer.finish(nil)
        }
    }
}
