import Dispatch
import Journal
package import Reachability
import Synchronization

/// What is told to readers while they look.
package enum LiveEvent: Sendable, Hashable {
    /// An outage has begun, changed or ended.
    case outage(Outage)
    /// Nothing, so that both sides notice when the other is gone.
    case beat

    /// The event as the text of a server-sent event.
    package var text: String {
        switch self {
        case .outage(let outage):
            "event: outage\nid: \(outage.id)\ndata: \(String(decoding: outage.jsonLine, as: UTF8.self))\n"
        case .beat: ": beat\n\n"
        }
    }
}

/// What one reader is told, until it goes.
package struct LiveReader: Sendable {
    package let events: AsyncStream<LiveEvent>
    /// Tells nothing more; called when the reader has gone.
    package let end: @Sendable () -> Void
}

/// Hands outages on to everyone who looks, as they happen.
package final class LiveFeed: Sendable {
    /// Readers at a time; each holds a connection.
    package static let readersMax = 32
    /// Events that wait for a slow reader; it loses older ones, and its page is read anew whatever it missed.
    private static let waitingMax = 64
    private static let beatInterval = DispatchTimeInterval.seconds(15)

    private struct State {
        var readers: [Int: AsyncStream<LiveEvent>.Continuation] = [:]
        var next = 0
        var isEnded = false
    }

    private let state = Mutex(State())

    package init() { scheduleBeat() }

    /// Tells everyone.
    package func send(_ event: LiveEvent) {
        let readers = state.withLock { Array($0.readers.values) }
        for reader in readers { reader.yield(event) }
    }

    /// What happens from now on; nil when there are too many readers.
    package func listen() -> LiveReader? {
        let (stream, continuation) = AsyncStream.makeStream(
            of: LiveEvent.self, bufferingPolicy: .bufferingNewest(Self.waitingMax))
        let number: Int? = state.withLock { state in
            guard !state.isEnded, state.readers.count < Self.readersMax else { return nil }
            state.next += 1
            state.readers[state.next] = continuation
            return state.next
        }
        guard let number else { return nil }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.readers[number] = nil }
        }
        continuation.yield(.beat)
        return LiveReader(events: stream) { continuation.finish() }
    }

    /// Lets everyone go.
    package func end() {
        let readers = state.withLock { state in
            state.isEnded = true
            return Array(state.readers.values)
        }
        for reader in readers { reader.finish() }
    }

    private func scheduleBeat() {
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.beatInterval) { [weak self] in
            guard let self, !state.withLock({ $0.isEnded }) else { return }
            send(.beat)
            scheduleBeat()
        }
    }
}
