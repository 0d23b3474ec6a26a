import Journal
import Primitives
import Reachability

/// What a request selects: the filters of the command line, the form, and which page.
struct Selection: Sendable {
    enum Form: Sendable {
        case json
        case csv
    }

    /// Records of a page unless the request says otherwise, and at most: some hundred kilobytes.
    static let limitDefault = 100
    static let limitMax = 1000
    /// How far back rows of buckets are read unless the request says otherwise, in seconds: a log may have millions.
    private static let lookback: Int64 = 3600

    var filter = LogFilter()
    var form = Form.json
    var limit = limitDefault
    var cursor: LogCursor?
    var newestFirst = false
    /// What names must hold.
    var text = ""
    var state: ReachabilityState?

    static let badCursor = WebProblem.badRequest(
        "after: not a cursor of this resource; take it from 'next' of the page before")

    init(_ request: WebRequest, for kind: ExportKind, now: Timestamp) throws {
        try self.init(
            request, parameters: ["since", "until", "asn", "zone", "order", "limit", "after"], now: now)
        switch request["order"] {
        case nil: newestFirst = kind == .outages
        case "newest": newestFirst = true
        case "oldest": newestFirst = false
        case let other?: throw WebProblem.badRequest("order: '\(other)' is neither newest nor oldest")
        }
        if kind != .outages, filter.since == nil {
            let end = min(now, filter.until ?? now)
            filter.since = Timestamp(seconds: end.seconds - Self.lookback)
        }
    }

    /// - Parameter parameters: those that the resource has, besides `format`.
    init(_ request: WebRequest, parameters: [String], now: Timestamp) throws {
        for (name, _) in request.query where name != "format" && !parameters.contains(name) {
            throw WebProblem.badRequest(
                "'\(name)' is no parameter of this resource; there are \((["format"] + parameters).joined(separator: ", "))"
            )
        }
        form = try Self.form(of: request)
        filter.since = try Self.time("since", of: request, now)
        filter.until = try Self.time("until", of: request, now)
        if let since = filter.since, let until = filter.until, until <= since {
            throw WebProblem.badRequest("until: \(until) is not after \(since)")
        }
        filter.asn = try request["asn"].map { text in
            guard let number = ASNumber(text) else {
                throw WebProblem.badRequest("asn: '\(text)' is not an AS number")
            }
            return number
        }
        filter.zone = request["zone"].map { LogFilter.canonical(zone: $0) }
        text = request["q"] ?? ""
        state = try request["state"].map { text in
            guard let state = ReachabilityState(rawValue: text) else {
                throw WebProblem.badRequest(
                    "state: '\(text)' is not a state; there are up, uncertain, down, unknown")
            }
            return state
        }
        if let text = request["limit"] {
            guard let number = Int(text), (1...Self.limitMax).contains(number) else {
                throw WebProblem.badRequest("limit: '\(text)' is not a number from 1 to \(Self.limitMax)")
            }
            limit = number
        }
        cursor = try request["after"].map { text in
            guard let cursor = LogCursor(text) else { throw Self.badCursor }
            return cursor
        }
    }

    /// The key that the page begins after, of so many texts.
    func key(_ count: Int) throws -> [String]? {
        guard let cursor else { return nil }
        guard let key = cursor.texts(count) else { throw Self.badCursor }
        return key
    }

    private static func form(of request: WebRequest) throws -> Form {
        switch request["format"] {
        case "json": return .json
        case "csv": return .csv
        case nil: return request.headers["accept"]?.hasPrefix("text/csv") ?? false ? .csv : .json
        case let other?: throw WebProblem.badRequest("format: '\(other)' is neither json nor csv")
        }
    }

    private static func time(_ name: String, of request: WebRequest, _ now: Timestamp) throws -> Timestamp? {
        try request[name].map { text in
            guard let time = Timestamp(log: text, now: now) else {
                throw WebProblem.badRequest(
                    "\(name): '\(text)' is not a time; examples: 2026-07-01, 2026-07-01T00:31:00Z, 90m, 7d")
            }
            return time
        }
    }
}

/// Networks by what people type: a number, a part of a name, a prefix, an address.
struct NetworkSearch: Sendable {
    private let text: String
    private let number: ASNumber?
    private let address: IPAddress?
    private let state: ReachabilityState?

    init(_ text: String, state: ReachabilityState? = nil) {
        let trimmed = text.split(separator: " ").joined(separator: " ")
        self.text = trimmed.lowercased()
        number = ASNumber(trimmed)
        address = IPAddress(trimmed)
        self.state = state
    }

    func select(_ networks: [NetworkSummary]) -> [NetworkSummary] {
        networks.filter { network in
            (state == nil || network.families.values.contains { $0.state == state }) && matches(network)
        }
    }

    private func matches(_ network: NetworkSummary) -> Bool {
        if text.isEmpty { return true }
        if let address { return Prefix(network.prefix)?.contains(address) ?? false }
        return network.asn != nil && network.asn == number || network.prefix.hasPrefix(text)
            || network.name?.lowercased().contains(text) ?? false
    }
}
