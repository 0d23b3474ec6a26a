import Foundation
import Primitives

/// Decides whether a request is answered at all: by whom it may come, under which name, with which method.
///
/// The listener has no password where it is bound to the loopback, so a page from elsewhere in the same browser must not
/// be able to read it: a name that leads to 127.0.0.1 by a trick of DNS (rebinding) is refused, and nothing here allows
/// reading across origins.
package struct RequestGuard: Sendable {
    /// Names by which the listener may be called, besides `localhost` and addresses.
    private let names: Set<String>
    private let token: String?

    package init(names: [String] = [], token: String? = nil) {
        self.names = Set(names.map { Self.withoutFinalDot($0.lowercased()) })
        self.token = token
    }

    /// Octets of content that a request may have. Nothing here takes any; some clients send a little all the same.
    static let contentOctetsMax = 4096

    /// Why a request is refused; nil when it is not.
    package func refusal(of request: WebRequest) -> WebProblem? {
        guard let host = request.headers["host"], let name = Self.name(of: host) else {
            return .badRequest("the Host header field is missing or malformed")
        }
        guard isOwn(name) else {
            return WebProblem(
                421, "Misdirected request",
                "'\(name)' is not a name of this listener; `http.names` in the configuration adds one")
        }
        guard Self.isShort(request) else {
            return WebProblem(
                413, "Content too large",
                "requests have \(Self.contentOctetsMax) octets of content at most here, and say how many")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            let isForeign = Self.isForeign(request, host: host)
            return isForeign
                ? WebProblem(403, "Forbidden", "writes from other sites are refused")
                : WebProblem(405, "Method not allowed", "only GET and HEAD are answered here")
        }
        // Health says nothing that a token would protect, and load balancers have none.
        guard let token, !["healthz", "readyz"].contains(request.path.first) else { return nil }
        return Self.shows(token, request.headers["authorization"])
            ? nil
            : WebProblem(401, "Unauthorized", "send the token of `http.token` as a bearer token or password")
    }

    /// An address cannot be made to lead elsewhere; a name can.
    private func isOwn(_ name: String) -> Bool {
        IPAddress(name) != nil || name == "localhost" || name.hasSuffix(".localhost") || names.contains(name)
    }

    /// The host of a Host field (RFC 9110 §7.2), in lower case, without port and brackets.
    private static func name(of host: String) -> String? {
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            let rest = host[host.index(after: end)...]
            return rest.isEmpty || isPort(rest) ? String(host[host.index(after: host.startIndex)..<end]) : nil
        }
        let colon = host.firstIndex(of: ":") ?? host.endIndex
        let rest = host[colon...]
        guard colon > host.startIndex, rest.isEmpty || isPort(rest) else { return nil }
        return withoutFinalDot(host[..<colon].lowercased())
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && UInt16(text.dropFirst()) != nil
    }

    private static func withoutFinalDot(_ name: String) -> String {
        name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    /// Whether the content is bounded (RFC 9112 §6.3): what comes in chunks ends when it likes.
    private static func isShort(_ request: WebRequest) -> Bool {
        guard request.headers["transfer-encoding"] == nil else { return false }
        guard let length = request.headers["content-length"] else { return true }
        return Int(length).map { $0 <= contentOctetsMax } ?? false
    }

    private static func isForeign(_ request: WebRequest, host: String) -> Bool {
        if let site = request.headers["sec-fetch-site"], site != "same-origin", site != "none" { return true }
        guard let origin = request.headers["origin"] else { return false }
        return origin != "http://\(host)" && origin != "https://\(host)"
    }

    /// As a bearer token (RFC 6750), or as the password of a browser's dialogue, whatever the user is called.
    private static func shows(_ token: String, _ authorization: String?) -> Bool {
        let parts = (authorization ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return false }
        switch parts[0].lowercased() {
        case "bearer": return isEqual(String(parts[1]), token)
        case "basic":
            guard let data = Data(base64Encoded: String(parts[1])),
                let text = String(data: data, encoding: .utf8), let colon = text.firstIndex(of: ":")
            else { return false }
            return isEqual(String(text[text.index(after: colon)...]), token)
        default: return false
        }
    }

    /// Compares in a time that does not tell where the first difference is.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
