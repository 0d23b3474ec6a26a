import Dispatch
package import Journal
import Synchronization

/// Reads the log for the site: on threads of its own, a few at a time, each with a reader that is kept.
///
/// Queries block, which neither an event loop nor the common pool may do.
package final class LogLanes: Sendable {
    /// Readings at a time: more would only wait for the same disk and processors.
    private static let count = 3
    /// A reading that takes longer is given up, so that a query over a whole large log cannot hold a lane.
    static let patience = DispatchTimeInterval.seconds(10)

    private final class Lane: Sendable {
        let queue: DispatchQueue
        let reader = Mutex<JournalReader?>(nil)
        let waiting = Atomic<Int>(0)

        init(_ index: Int) { queue = DispatchQueue(label: "afterglow.page.\(index)") }
    }

    private let path: String?
    private let lanes: [Lane]

    /// Lanes to the database at `path`, which need not exist yet; nil where the log is off.
    package init(path: String?) {
        self.path = path
        lanes = (0..<Self.count).map(Lane.init)
    }

    /// Reads on the lane that fewest wait for. Throws what `JournalReader` throws, and a `WebProblem` where the log is off.
    package func read<Value: Sendable>(_ body: @escaping @Sendable (JournalReader) throws -> Value)
        async throws
        -> Value
    {
        guard let path else { throw WebProblem.logIsOff }
        guard
            let lane = lanes.min(by: {
                $0.waiting.load(ordering: .relaxed) < $1.waiting.load(ordering: .relaxed)
            })
        else { throw JournalReadProblem.notReadable }
        lane.waiting.add(1, ordering: .relaxed)
        defer { lane.waiting.subtract(1, ordering: .relaxed) }
        return try await withCheckedThrowingContinuation { continuation in
            lane.queue.async {
                continuation.resume(with: Result { try Self.read(path, on: lane, body) })
            }
        }
    }

    private static func read<Value>(
        _ path: String, on lane: Lane, _ body: (JournalReader) throws -> Value
    ) throws -> Value {
        let reader = try lane.reader.withLock { kept in
            if let kept { return kept }
            let opened = try JournalReader(path: path)
            kept = opened
            return opened
        }
        let end = DispatchWorkItem { reader.interrupt() }
        DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: end)
        defer { end.cancel() }
        do {
            return try body(reader)
        } catch let error as JournalReadProblem {
            // The file may have been replaced: the next reading opens it again.
            lane.reader.withLock { $0 = nil }
            throw error
        }
    }
}
