import EventLoop
import Foundation
import Primitives
import Recursion
import Serving
import Synchronization
import Validation

/// Gives workers the negative anchors that commands set: it looks at the file once a second.
final class NegativeAnchorWatch: Sendable {
    private struct State {
        var stamp: Stamp?
        var entries: [NegativeAnchorFile.Entry] = []
        var configuration: ServiceConfiguration?
        var workers: [Worker] = []
        var watching: Task<Void, Never>?
    }

    /// By what a file that has been replaced is told.
    private struct Stamp: Equatable {
        let number: UInt64?
        let size: UInt64?
        let changed: Date?

        init?(_ path: String) {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
            number = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value
            size = (attributes[.size] as? NSNumber)?.uint64Value
            changed = attributes[.modificationDate] as? Date
        }
    }

    private let file: NegativeAnchorFile
    private let log: OperatorLog
    private let state = Mutex(State())

    init(file: NegativeAnchorFile, log: OperatorLog) {
        self.file = file
        self.log = log
        _ = state.withLock { refresh(&$0) }
    }

    /// The configuration with the anchors that are set now.
    func complete(_ configuration: ServiceConfiguration) -> ServiceConfiguration {
        state.withLock { state in
            state.configuration = configuration
            return Self.merge(configuration, state.entries)
        }
    }

    /// Begins to look at the file, on a loop that none of the workers has.
    func start(for workers: [Worker], on loop: EventLoop) {
        let watching = Task(executorPreference: loop) { [weak self] in
            while !Task.isCancelled {
                await loop.sleep(until: loop.now + .seconds(1))
                self?.look()
            }
        }
        state.withLock { state in
            state.workers = workers
            state.watching = watching
        }
    }

    func stop() { state.withLock { $0.watching?.cancel() } }

    private func look() {
        let change = state.withLock { state -> (ServiceConfiguration, [Worker])? in
            guard refresh(&state), let configuration = state.configuration else { return nil }
            return (Self.merge(configuration, state.entries), state.workers)
        }
        guard let (configuration, workers) = change else { return }
        log.info("negative trust anchors have changed, see \(file.path)")
        for worker in workers {
            Task(executorPreference: worker.loop) { await worker.reconfigure(configuration) }
        }
    }

    /// Reads the file if it has changed; whether other anchors hold now. One that cannot be read leaves them as they were.
    private func refresh(_ state: inout State) -> Bool {
        let stamp = Stamp(file.path)
        guard stamp != state.stamp else { return false }
        state.stamp = stamp
        do {
            let entries = try file.read()
            defer { state.entries = entries }
            return entries != state.entries
        } catch {
            log.warning("\(error); the negative trust anchors stay as they were")
            return false
        }
    }

    private static func merge(
        _ configuration: ServiceConfiguration, _ entries: [NegativeAnchorFile.Entry]
    ) -> ServiceConfiguration {
        var configuration = configuration
        configuration.resolver.validation?.negativeAnchors += entries.map(\.anchor)
        return configuration
    }
}
