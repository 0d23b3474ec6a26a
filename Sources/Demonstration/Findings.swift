import Settings
import Synchronization

/// What the resolver's log said, for the story to wait for and the screen to show.
final class Findings: Sendable {
    private struct State {
        var all: [String] = []
        var shown = 0
        /// Where the present chapter of the story began.
        var chapter = 0
    }

    private let state = Mutex(State())

    /// Takes a message of the resolver's log.
    func hear(_ level: Settings.Log.Level, _ message: String) {
        state.withLock { $0.all.append(message) }
    }

    /// What is worth showing and was not shown yet.
    func takeNews() -> [String] {
        state.withLock { state in
            defer { state.shown = state.all.count }
            return state.all[state.shown...].filter(Self.isShown).map(Self.shortened)
        }
    }

    /// What is said from now on belongs to a new chapter.
    func beginChapter() { state.withLock { $0.chapter = $0.all.count } }

    /// Whether a message of this chapter begins with `words`.
    func has(_ words: String) -> Bool {
        state.withLock { state in state.all[state.chapter...].contains { $0.hasPrefix(words) } }
    }

    /// Outages and their ends, and what routing says of whole networks; not the start and the sessions.
    private static func isShown(_ message: String) -> Bool {
        message.hasPrefix("outage") || message.contains(" of its routes") || message.contains(" is back")
            || message.hasPrefix("reachability")
    }

    /// Without the time that stands before the line already.
    private static func shortened(_ message: String) -> String {
        let words = message.split(separator: " ", maxSplits: 2)
        guard words.count == 3, words[0] == "routes:", words[1].hasSuffix("Z") else { return message }
        return "routes: " + words[2]
    }
}
