import Primitives

/// Tasks that have resolved a query and wait for the next.
///
/// To make a task, to let its stack grow and to end it executes a tenth of what a query with one exchange takes. What a burst
/// leaves behind ends soon. Confined to the worker.
struct IdleTasks {
    /// Tasks that wait at most; each holds some eight kilobytes.
    private static let tasksMax = 256
    /// From when the first of them waits until all that wait then end.
    static let duration = Duration.seconds(1)

    private var waiting: [UnsafeContinuation<ClientExchange?, Never>] = []
    private var isToBeReleased = false

    /// Whether another may wait.
    var hasRoom: Bool { waiting.count < Self.tasksMax }

    /// Whether those that wait from now on are still to be released some time.
    mutating func beginsToFill() -> Bool {
        defer { isToBeReleased = true }
        return !isToBeReleased
    }

    mutating func add(_ task: UnsafeContinuation<ClientExchange?, Never>) { waiting.append(task) }

    /// The one that waits for the shortest time; nil when none does.
    mutating func take() -> UnsafeContinuation<ClientExchange?, Never>? { waiting.popLast() }

    /// Has all that wait end.
    mutating func release() {
        isToBeReleased = false
        for task in waiting { task.resume(returning: nil) }
        waiting.removeAll(keepingCapacity: true)
    }
}
