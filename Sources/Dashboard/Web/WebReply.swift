/// What the site answers.
package struct WebReply: Sendable {
    package enum Body: Sendable {
        case octets([UInt8])
        /// Server-sent events, for as long as the reader stays.
        case events(LiveReader)
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(
        _ status: Int = 200, type: String, headers: [(name: String, value: String)] = [], _ octets: [UInt8]
    ) {
        self.status = status
        self.headers = [("content-type", type)] + headers
        body = .octets(octets)
    }

    package init(
        _ status: Int = 200, type: String, headers: [(name: String, value: String)] = [], _ text: String
    ) {
        self.init(status, type: type, headers: headers, Array(text.utf8))
    }

    package init(events: LiveReader) {
        status = 200
        headers = [("content-type", "text/event-stream; charset=utf-8"), ("x-accel-buffering", "no")]
        body = .events(events)
    }

    /// The octets of a reply that has all of them.
    package var octets: [UInt8] {
        switch body {
        case .octets(let octets): octets
        case .events: []
        }
    }

    /// What every reply carries: nothing from elsewhere runs or is loaded, nobody frames, guesses or keeps it.
    package static let protection: [(name: String, value: String)] = [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"), ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ]
}

/// What is wrong with a request, as programs are told it (RFC 9457).
package struct WebProblem: Error, Sendable, Hashable {
    package var status: Int
    /// What kind of problem it is, in a few words.
    package var title: String
    /// What is wrong with this request, and the way out.
    package var detail: String
    /// In how many seconds the request may be tried again, where that helps.
    package var retryAfter: Int?

    package init(_ status: Int, _ title: String, _ detail: String, retryAfter: Int? = nil) {
        self.status = status
        self.title = title
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// What its reply has beside the type.
    var headers: [(name: String, value: String)] {
        retryAfter.map { [("retry-after", String($0))] } ?? []
    }

    /// The problem as `application/problem+json`.
    package var reply: WebReply {
        var json = JSONText()
        json.object {
            $0.field("type", "about:blank")
            $0.field("title", title)
            $0.field("status", status)
            $0.field("detail", detail)
        }
        return WebReply(status, type: "application/problem+json", headers: headers, json.text + "\n")
    }

    /// What is asked for stands in the log, and there is none.
    static let logIsOff = WebProblem(
        503, "The log is off",
        "The configuration has `reachability.database: off`: nothing is recorded. With the name of a file there, the next start "
            + "begins a log.")

    static func notFound(_ what: String) -> WebProblem { WebProblem(404, "Not found", what) }
    static func badRequest(_ what: String) -> WebProblem { WebProblem(400, "Bad request", what) }
}
