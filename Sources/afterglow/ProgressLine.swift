import Journal
import Primitives

/// How far an export to a file has come, on one line of a terminal; nothing where there is no terminal.
final class ProgressLine {
    private let span: ClosedRange<Timestamp>?
    private let line: StatusLine

    /// For records of times within `span`.
    init(span: ClosedRange<Timestamp>?, isWanted: Bool) {
        self.span = span
        line = StatusLine(isWanted: isWanted)
    }

    func show(_ progress: ExportProgress) { line.show(Self.text(progress, span: span)) }

    /// Leaves the line empty.
    func clear() { line.clear() }

    static func text(_ progress: ExportProgress, span: ClosedRange<Timestamp>?) -> String {
        let count = "\(progress.records) records"
        guard let span, let time = progress.time, span.upperBound > span.lowerBound else { return count }
        let done = Double(time.seconds - span.lowerBound.seconds)
        let whole = Double(span.upperBound.seconds - span.lowerBound.seconds)
        return "\(StatusLine.bar(done / whole))  \(count)  \(time)"
    }
}
