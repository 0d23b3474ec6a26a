import EventLoop
import Primitives

/// The day as it is told, chapter by chapter.
extension Demonstration {
    /// Where the clients stand in the panel.
    private enum Place: Int {
        case copied, askedBefore, neverAsked, elsewhere, other
    }

    func tell() async throws(DemonstrationProblem) {
        beginChapter("An ordinary night")
        see(.answersBefore, await watch(until: Self.time(0, 30)) && allAnswered)

        beginChapter(
            "00:30  AS5089 withdraws its routes; its four name servers and its status page go with it")
        try stage.internet.disconnectOperator()
        let isFirstSeen = await watchOutage()
        await watch(atLeast: 2, atMost: 2) { false }

        try await reconnect(at: Self.time(2, 30), "02:30  A brief return")
        await watch(atLeast: 2, atMost: 20) { self.hasReturned }
        await watch(atLeast: 2, atMost: 2) { false }
        beginChapter("02:30  It lasts for seconds only")
        try stage.internet.disconnectOperator()
        let isRelapseSeen = await watchRelapse()

        try await reconnect(at: Self.time(7, 20), "07:20  The network is back")
        let isFirstOver = await watchReturn()

        await leap(to: Timestamp(seconds: Self.time(15, 0).seconds - Self.lead))
        await watch(until: Self.time(15, 0))
        beginChapter("15:00  It goes again")
        try stage.internet.disconnectOperator()
        let isSecondSeen = await watchOutage()

        try await reconnect(at: Self.time(15, 30), "15:30  The network is back")
        let isSecondOver = await watchReturn()
        if !(isFirstSeen && isRelapseSeen && isSecondSeen) { missService() }
        see(.recovery, isFirstOver && isSecondOver)
    }

    /// Seconds that are played before the operator goes again: enough for every server to be asked.
    private static let lead: Int64 = 2
    /// An outage is probed once a minute at least: this long before its end there is one more silence, so that the end
    /// is known as well as it would have been.
    private static let probeLead: Int64 = 75

    private func leap(to time: Timestamp) async {
        screen.note("  ...", .faint)
        await stage.leap(to: time)
    }

    /// Has the operator come back at a moment after quiet hours.
    private func reconnect(at time: Timestamp, _ heading: String) async throws(DemonstrationProblem) {
        await leap(to: Timestamp(seconds: time.seconds - Self.probeLead))
        await watch(atLeast: 2, atMost: 2) { false }
        await leap(to: time)
        beginChapter(heading)
        try stage.internet.reconnectOperator()
    }

    @discardableResult
    private func watch(until time: Timestamp) async -> Bool {
        await watch(atLeast: 0, atMost: 15) { self.stage.clock.wallTime >= time }
    }

    /// What clients got was not what was promised each time.
    private func missService() {
        for promise in Self.service { miss(promise) }
    }

    private static let service: [Promise] = [.explanation, .localCopy, .stale, .otherServer, .undisturbed]

    private func sight(_ place: Place) -> ClientSight {
        let sights = stage.panel.sights
        return sights.indices.contains(place.rawValue) ? sights[place.rawValue] : ClientSight()
    }

    private var allAnswered: Bool { stage.panel.sights.allSatisfy { $0.outcome == .answer } }

    private var hasReturned: Bool { allAnswered && stage.findings.has("outage over: AS5089") }

    /// Waits until clients get what is promised while the operator is away, each in its own way.
    private func watchOutage() async -> Bool {
        var kept: Set<Promise> = []
        let isSeen = await watch(atLeast: 1, atMost: 60) {
            guard self.stage.findings.has("outage: AS5089") else { return false }
            if self.explains(self.sight(.neverAsked)) { kept.insert(.explanation) }
            if self.sight(.copied).outcome == .localCopy { kept.insert(.localCopy) }
            if self.sight(.askedBefore).outcome == .stale { kept.insert(.stale) }
            if self.sight(.elsewhere).outcome == .answer { kept.insert(.otherServer) }
            if self.sight(.other).outcome == .answer { kept.insert(.undisturbed) }
            return Self.service.allSatisfy(kept.contains)
        }
        for promise in kept { see(promise) }
        return isSeen
    }

    /// As `watchOutage`; the last minute's probes have used up what may be asked at once, so that it can take a minute
    /// more until the silence is confirmed, which is leapt over.
    private func watchRelapse() async -> Bool {
        await watch(atLeast: 4, atMost: 4) { false }
        await leap(to: Timestamp(seconds: stage.clock.wallTime.seconds + 60))
        return await watchOutage()
    }

    private func explains(_ sight: ClientSight) -> Bool {
        guard sight.outcome == .failure, let text = sight.explanation else { return false }
        return text.hasPrefix("borough.gov.uk: 4/4 name servers silent since ")
            && text.contains("all in AS5089 NTL (withdrawn from BGP ")
    }

    private func watchReturn() async -> Bool {
        await watch(atLeast: 1, atMost: 40) { self.hasReturned }
    }
}
