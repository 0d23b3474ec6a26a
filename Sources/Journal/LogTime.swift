import Foundation
package import Primitives

extension Timestamp {
    /// A time as people write it: `2026-07-01`, `2026-07-01T00:31:00Z`, or an age such as `90m`, `7d`; nil for anything
    /// else.
    package init?(log text: String, now: Timestamp) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
        if let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...1_000_000_000).contains(count)
        {
            self.init(seconds: now.seconds - count * unit)
            return
        }
        let full = text.count == 10 ? text + "T00:00:00Z" : text
        guard let date = try? Date(full, strategy: .iso8601) else { return nil }
        self.init(seconds: Int64(date.timeIntervalSince1970.rounded(.down)))
    }
}

extension LogFilter {
    /// A zone as the log names it: in lower case, with the dot at its end.
    package static func canonical(zone: String) -> String {
        zone.hasSuffix(".") ? zone.lowercased() : zone.lowercased() + "."
    }
}
