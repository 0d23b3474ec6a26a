import Synchronization

/// Whether queries are answered, set by one thread and read by others.
final class ServingState: Sendable {
    private let isServing = Atomic(false)

    var value: Bool { isServing.load(ordering: .relaxed) }

    func set(_ value: Bool) { isServing.store(value, ordering: .relaxed) }
}
