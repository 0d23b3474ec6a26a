import Foundation
import Journal
import Primitives

/// How far an export to a file has come, on one line of a terminal; nothing where there is no terminal.
final class ProgressLine {
    private let span: ClosedRange<Timestamp>?
    private let isShown: Bool
    private var next = ContinuousClock.now
    private var hasLine = false

    /// For records of times within `span`.
    init(span: ClosedRange<Timestamp>?, isWanted: Bool) {
        self.span = span
        isShown = isWanted && isatty(2) == 1
    }

    func show(_ progress: ExportProgress) {
        guard isShown, ContinuousClock.now >= next else { return }
        next = ContinuousClock.now + .milliseconds(200)
        hasLine = true
        put("\r\(Self.text(progress, span: span))\u{1B}[K")
    }

    /// Leaves the line empty.
    func clear() {
        if hasLine { put("\r\u{1B}[K") }
        hasLine = false
    }

    static func text(_ progress: ExportProgress, span: ClosedRange<Timestamp>?) -> String {
        let count = "\(progress.records) records"
        guard let span, let time = progress.time, span.upperBound > span.lowerBound else { return count }
        let done = Double(time.seconds - span.lowerBound.seconds)
        let whole = Double(span.upperBound.seconds - span.lowerBound.seconds)
        let share = max(0, min(1, done / whole))
        let filled = Int(share * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
        return "[\(bar)] \(Int(share * 100))%  \(count)  \(time)"
    }

    private func put(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
