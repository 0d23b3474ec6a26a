import Primitives
import Simulation
import Testing

@Suite("The simulated thread")
struct ExecutorTests {
    @Test("Timers fire in the order of their instants, equal ones in the order they came")
    func order() {
        let executor = SimulatedExecutor()
        let order = Order()
        for (index, due) in [30, 10, 20, 10, 0].enumerated() {
            executor.schedule(at: Instant(nanoseconds: Int64(due))) { order.values.append(index) }
        }
        #expect(executor.run(until: Instant(nanoseconds: 100)) == .idle)
        #expect(order.values == [4, 1, 3, 2, 0])
    }

    @Test("A run ends at its deadline, and what is due later waits")
    func deadline() {
        let executor = SimulatedExecutor()
        let order = Order()
        executor.schedule(at: Instant(nanoseconds: 200)) { order.values.append(1) }
        #expect(executor.run(until: Instant(nanoseconds: 100)) == .deadline)
        #expect(executor.now == Instant(nanoseconds: 100))
        #expect(order.values.isEmpty)
        #expect(executor.run(until: Instant(nanoseconds: 300)) == .idle)
        #expect(order.values == [1])
    }

    @Test("Tasks run in the order in which they were made")
    func tasks() {
        let executor = SimulatedExecutor()
        let order = Order()
        for index in 0..<100 { Task(executorPreference: executor) { order.values.append(index) } }
        _ = executor.run(until: executor.now)
        #expect(order.values == Array(0..<100))
    }
}

/// Collects values on the simulated thread. Unchecked because there is one thread.
private final class Order: @unchecked Sendable {
    var values: [Int] = []
}
