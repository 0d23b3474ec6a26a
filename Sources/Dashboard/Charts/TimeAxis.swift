import Primitives

/// Where moments stand on a chart, and which of them are named.
struct TimeAxis {
    let span: Range<Timestamp>
    /// Left and right end, in pixels.
    let left: Double
    let right: Double

    /// The lengths that a column of a chart may have, in seconds.
    private static let steps: [Int64] = [
        60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172_800, 604_800,
    ]
    /// More columns than this do not show more.
    private static let columns: Int64 = 400

    var seconds: Int64 { max(1, span.upperBound.seconds - span.lowerBound.seconds) }

    /// The place of a moment, within the axis.
    func x(_ time: Timestamp) -> Double {
        let share = Double(time.milliseconds - span.lowerBound.milliseconds) / Double(seconds * 1000)
        return left + max(0, min(1, share)) * (right - left)
    }

    /// The length of a column in seconds: a multiple of what the rows have.
    func step(of grain: Int64) -> Int64 {
        let least = max(grain, seconds / Self.columns)
        return Self.steps.first { $0 >= least && $0 % grain == 0 } ?? least
    }

    /// The moments that are named, about eight of them, at round times.
    var ticks: [Timestamp] {
        let step = Self.steps.first { seconds / $0 <= 8 } ?? seconds / 6
        let first = (span.lowerBound.seconds + step - 1) / step * step
        return stride(from: first, through: span.upperBound.seconds, by: Int(step)).map {
            Timestamp(seconds: $0)
        }
    }

    /// A moment as the axis names it: the time, or at midnight the date.
    func name(_ tick: Timestamp) -> String {
        let text = tick.description
        let isMidnight = tick.seconds % 86400 == 0
        return isMidnight ? String(text.prefix(10)) : String(text.dropFirst(11).prefix(5))
    }
}
