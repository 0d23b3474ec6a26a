import Foundation
import Journal
package import Primitives
package import Telemetry

/// What is to be read over HTTP: pages, the interface for programs, metrics and health. Nothing can be changed here.
package struct Site: Sendable {
    package let feed: LiveFeed
    let lanes: LogLanes
    let metrics: @Sendable () async -> [MetricFamily]
    let isReady: @Sendable () -> Bool
    let audits: Audits?
    private let memory = SeenLogMemory()
    let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - database: the reachability log, which need not exist yet; nil where it is off.
    ///   - metrics: what is counted, at the moment of asking.
    ///   - isReady: whether every listener answers queries.
    ///   - audits: how zones are audited; nil where no resolver runs.
    package init(
        database: String?, feed: LiveFeed = LiveFeed(),
        metrics: @escaping @Sendable () async -> [MetricFamily] = { [] },
        isReady: @escaping @Sendable () -> Bool = { true }, audits: Audits? = nil,
        clock: @escaping @Sendable () -> Timestamp = JournalWriter.wallClock
    ) {
        self.feed = feed
        lanes = LogLanes(path: database)
        self.metrics = metrics
        self.isReady = isReady
        self.audits = audits
        self.clock = clock
    }

    /// Answers a request that may be answered.
    package func reply(to request: WebRequest) async -> WebReply {
        let isForPrograms = ["api", "metrics", "healthz", "readyz", "events"].contains(request.path.first)
        do {
            return try await route(request)
        } catch {
            let problem = Self.problem(error)
            return isForPrograms ? problem.reply : ProblemPage.reply(problem)
        }
    }

    private func route(_ request: WebRequest) async throws -> WebReply {
        let path = request.path
        switch (path.first, path.count) {
        case ("api", 3...): return try await Interface(site: self).reply(to: request)
        case ("events", 1): return try events()
        case ("metrics", 1): return await measured(request)
        case ("healthz", 1): return WebReply(type: Self.plain, "ok\n")
        case ("readyz", 1): return isReady() ? WebReply(type: Self.plain, "ready\n") : Self.notReady
        case ("afterglow.css", 1): return Self.asset("text/css; charset=utf-8", StyleSheet.octets)
        case ("afterglow.js", 1):
            return Self.asset("text/javascript; charset=utf-8", PackageResources.afterglow_js)
        case ("icon.svg", 1): return Self.asset("image/svg+xml", PackageResources.icon_svg)
        default: return try await page(request)
        }
    }

    private func page(_ request: WebRequest) async throws -> WebReply {
        let path = request.path
        let now = clock()
        switch (path.first, path.count) {
        case (nil, _): return try await read { try NowPage(reading: $0, now: now).markup }
        case ("outages", 1): return try await read { try OutagesPage(reading: $0, request, now: now).markup }
        case ("outages", 2):
            return try await read { try OutagePage(reading: $0, id: path[1], now: now).markup }
        case ("networks", 1):
            return try await read { try NetworksPage(reading: $0, request, now: now).markup }
        case ("audit", 1): return try await audit(request, now: now)
        case ("zones", 1): return try await read { try ZonesPage(reading: $0, request).markup }
        case ("zones", 2):
            return try await read { try ZonePage(reading: $0, zone: path[1], request, now: now).markup }
        case ("as", 2):
            return try await read { try NetworkPage(reading: $0, number: path[1], request, now: now).markup }
        case ("servers", 2):
            return try await read { try ServerPage(reading: $0, address: path[1], request, now: now).markup }
        default: throw WebProblem.notFound("There is no such page.")
        }
    }

    private func read(_ body: @escaping @Sendable (JournalReader) throws -> Markup) async throws -> WebReply {
        WebReply(type: "text/html; charset=utf-8", try await lanes.read(body).text)
    }

    private func audit(_ request: WebRequest, now: Timestamp) async throws -> WebReply {
        let asked = try AuditRequest(request)
        _ = try Selection(request, parameters: ["zone"], now: now)
        let seen = await seenLog(now: now)
        let reports = try await asked.run(by: audits, seen)
        let page = AuditPage(
            request: request, reports: reports, seen: seen.shares,
            runway: runway, canAudit: audits != nil)
        return WebReply(type: "text/html; charset=utf-8", page.markup.text)
    }

    /// The seconds for which a zone is still answered out of the cache, where there is a resolver that has one.
    var runway: @Sendable (String) -> UInt32? {
        { [audits] zone in audits.flatMap { $0.runway(zone) } }
    }

    /// The zones that the log has seen lately; none where there is no log.
    func seenLog(now: Timestamp) async -> SeenLog {
        if let kept = memory.log(at: now) { return kept }
        do {
            let log = try await lanes.read { SeenLog(try KnownZones($0, now: now)) }
            memory.keep(log, readAt: now)
            return log
        } catch {
            return SeenLog(KnownZones())
        }
    }

    private func events() throws -> WebReply {
        guard let events = feed.listen() else {
            throw WebProblem(
                503, "Too many readers", "\(LiveFeed.readersMax) readers look already; try again later")
        }
        return WebReply(events: events)
    }

    private func measured(_ request: WebRequest) async -> WebReply {
        let wantsOpenMetrics = request.headers["accept"]?.contains("application/openmetrics-text") ?? false
        let form = wantsOpenMetrics ? MetricText.Form.openMetrics : .prometheus
        return WebReply(type: form.mediaType, MetricText.compose(await metrics(), as: form))
    }

    private static let plain = "text/plain; charset=utf-8"
    private static let notReady = WebReply(503, type: plain, "not ready\n")

    private static func asset(_ type: String, _ octets: [UInt8]) -> WebReply {
        WebReply(type: type, headers: [("cache-control", "private, max-age=300")], octets)
    }

    private static func problem(_ error: any Error) -> WebProblem {
        switch error {
        case let problem as WebProblem: problem
        case JournalReadProblem.notReadable:
            WebProblem(
                503, "No log yet", "The reachability log cannot be read: nothing has been recorded yet.")
        case JournalReadProblem.database(let message):
            WebProblem(503, "The log cannot be read", "The reachability log cannot be read: \(message).")
        default: WebProblem(503, "The log cannot be read", "The reachability log cannot be read: \(error).")
        }
    }
}

/// The one style sheet: the page's own rules and those of charts.
enum StyleSheet {
    static let octets = PackageResources.afterglow_css + Array(ChartStyle.page.utf8)
}
