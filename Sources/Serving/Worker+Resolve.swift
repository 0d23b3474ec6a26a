import EventLoop
import Primitives
import Recursion

/// The tasks that resolve queries of clients: each goes on with another query when it has done one.
extension Worker {
    /// Resolves a query, and then others as they come, until the task is not needed any more.
    func resolve(_ first: ClientExchange) async {
        var next: ClientExchange? = first
        while let exchange = next.take() {
            let patience = schedulePatience(with: exchange)
            let resolution = await resolve(exchange.question, for: exchange.message)
            loop.cancel(patience)
            finish(exchange, resolution)
            guard idleTasks.hasRoom else { return }
            if idleTasks.beginsToFill() { scheduleRelease() }
            next = await withUnsafeContinuation { idleTasks.add($0) }
        }
    }

    /// Has the client be answered earlier with stale data when its patience ends.
    private func schedulePatience(with exchange: ClientExchange) -> TimerToken {
        loop.schedule(at: exchange.began + configuration.clientDeadline) {
            guard exchange.state == .waiting else { return }
            Task.immediate(executorPreference: self.loop) { await self.answerWithoutNameServers(exchange) }
        }
    }

    /// Ends the tasks that wait then. When the loop ends, timers go off early, so that none is left.
    private func scheduleRelease() {
        loop.schedule(at: loop.now + IdleTasks.duration) { self.assumeIsolated { $0.idleTasks.release() } }
    }
}
