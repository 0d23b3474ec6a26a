import EventLoop
package import Foundation
import Journal
package import Primitives
package import Reachability

/// Plays the day of 4 April 2023 at speed, on loopback, with the very parts of the resolver: an operator disappears
/// together with its name servers and its status page, twice.
///
/// Where something happens the clock runs as clocks do; the hours between are leapt over. Times are those that
/// were published (ThousandEyes, Cloudflare): from 00:30 to 07:20 UTC with brief returns, and again from 15:00 to 15:30.
package final class Demonstration {
    /// What came of it.
    package struct Result {
        package let seen: Set<Promise>
        /// The outages of the log, the oldest first.
        package let outages: [Outage]
        /// The time of the story at its end.
        package let end: Timestamp

        package var isComplete: Bool { seen.count == Promise.allCases.count }
    }

    let stage: Stage
    let screen: Screen
    private var seen: Set<Promise> = []
    private var explanations: Set<String> = []

    /// - Parameters:
    ///   - directory: where the database and the files go.
    ///   - port: where the resolver listens; nil for a free one.
    ///   - show: takes each line as it comes.
    package init(
        directory: URL, port: UInt16? = nil, show: @escaping (StyledLine) -> Void
    ) throws(DemonstrationProblem) {
        stage = try Stage(directory: directory, port: port, start: Self.time(0, 29, 54))
        screen = Screen(clock: stage.clock, show: show)
    }

    /// Where the resolver can be asked.
    package var resolver: Endpoint { stage.resolver }
    /// The page of the resolver.
    package var page: String { "http://\(stage.page.address):\(stage.page.port)/" }
    /// The reachability log.
    package var database: String { stage.database }

    /// Plays the day; then everything goes on until `stop`.
    package func play() async throws(DemonstrationProblem) -> Result {
        try stage.begin()
        screen.begin()
        try await tell()
        // The log commits once a second.
        await watch(atLeast: 1.5, atMost: 1.5) { false }
        let outages = try readOutages()
        judge(outages)
        return Result(seen: seen, outages: outages, end: stage.clock.wallTime)
    }

    package func stop() { stage.end() }

    // MARK: For the story

    static func time(_ hour: Int64, _ minute: Int64, _ second: Int64 = 0) -> Timestamp {
        // 2023-04-04T00:00:00Z.
        Timestamp(seconds: 1_680_566_400 + hour * 3600 + minute * 60 + second)
    }

    func see(_ promise: Promise, _ isSeen: Bool = true) {
        if isSeen { seen.insert(promise) }
    }

    /// Takes back what did not hold each time.
    func miss(_ promise: Promise) { seen.remove(promise) }

    /// Shows what happens until the condition holds, in seconds; whether it does.
    @discardableResult
    func watch(atLeast: Double, atMost: Double, until isEnough: () -> Bool) async -> Bool {
        let start = SystemClock.now
        while true {
            try? await Task.sleep(for: .milliseconds(100))
            let sights = stage.panel.sights
            screen.row(sights)
            for news in stage.findings.takeNews() { screen.finding("found", news) }
            // That of the client without any substitute says it all.
            for sight in sights where sight.outcome == .failure {
                guard let text = sight.explanation, isNews(text) else { continue }
                screen.finding("client", "EDE 22: \(text)")
            }
            let passed = Double((SystemClock.now - start).nanoseconds) / 1e9
            if passed >= atLeast, isEnough() { return true }
            if passed >= atMost { return false }
        }
    }

    /// Whether an explanation was not shown yet; only those that name the network are.
    private func isNews(_ text: String) -> Bool {
        text.contains("\(MiniatureInternet.operatorNumber)") && explanations.insert(text).inserted
    }

    func beginChapter(_ text: String) {
        stage.findings.beginChapter()
        screen.heading(text)
    }

    // MARK: The log

    private func readOutages() throws(DemonstrationProblem) -> [Outage] {
        var outages: [Outage] = []
        do {
            try JournalReader(path: stage.database).outages(newestFirst: false) { outages.append($0) }
        } catch {
            throw .directory("\(stage.database): \(error)")
        }
        return outages
    }

    private func judge(_ outages: [Outage]) {
        let own = outages.filter {
            $0.asn == MiniatureInternet.operatorNumber && $0.scope == .asn
                && $0.kind == .networkAndNameServers && $0.state == .ended && $0.end != nil
        }
        see(.firstOutage, own.contains { $0.start >= Self.time(0, 29) && $0.start < Self.time(1, 0) })
        see(.secondOutage, own.contains { $0.start >= Self.time(14, 59) && $0.start < Self.time(15, 30) })
        see(.flap, own.first.map { $0.flaps > 0 } ?? false)
        see(.routes, !own.isEmpty && own.allSatisfy { $0.evidence.routes.withdrawnPrefixes > 0 })
        if !own.contains(where: { $0.fallbackUsed.otherNetwork > 0 }) { miss(.otherServer) }
    }
}
