import Dispatch
import Foundation
import Synchronization

/// Signals that come one after the other to whoever waits, instead of ending the process.
final class SignalQueue: Sendable {
    private let pending = Mutex<[Int32]>([])
    private let arrived = DispatchSemaphore(value: 0)
    // Written once here, cancelled once at the end.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    init(_ signals: [Int32]) {
        sources = signals.map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for (number, source) in zip(signals, sources) {
            source.setEventHandler { [weak self] in
                self?.pending.withLock { $0.append(number) }
                self?.arrived.signal()
            }
            source.resume()
        }
    }

    deinit { sources.forEach { $0.cancel() } }

    /// Waits for the next signal.
    func next() -> Int32 {
        arrived.wait()
        return pending.withLock { $0.isEmpty ? 0 : $0.removeFirst() }
    }
}
