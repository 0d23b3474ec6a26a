import Foundation
import GRDB

/// What was sent to an entity and answered in each bucket of an hour, or in each hour of a day, in one value.
///
/// A chart of a day has fourteen hundred minutes for each of a dozen servers. Rows of minutes stand in the order of time, so that each
/// would be looked up by itself; an hour in one value is a sixtieth of the look-ups.
struct HistoryStrip: Sendable, Hashable {
    struct Part: Sendable, Hashable {
        /// Seconds since the strip's start.
        var offset: Int64
        var sent: Int64
        var answered: Int64
    }

    var parts: [Part] = []

    init(_ parts: [Part]) { self.parts = parts.sorted { $0.offset < $1.offset } }

    /// Three numbers a part, each in groups of seven bits with the lowest first: the seconds since the part before, what was
    /// sent, and what was answered.
    var encoded: Data {
        var octets = Data()
        var last: Int64 = 0
        for part in parts {
            for number in [part.offset - last, part.sent, part.answered] {
                var rest = UInt64(clamping: number)
                while rest >= 0x80 {
                    octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                    rest >>= 7
                }
                octets.append(UInt8(truncatingIfNeeded: rest))
            }
            last = part.offset
        }
        return octets
    }

    /// A strip from its compact form; nil when it is damaged.
    init?(encoded octets: Data) {
        var iterator = octets.makeIterator()
        var isDamaged = false
        /// Nil at the end and where the octets are damaged.
        func number() -> Int64? {
            guard let first = iterator.next() else { return nil }
            var (octet, value, shift) = (first, UInt64(first & 0x7F), UInt64(7))
            while octet & 0x80 != 0 {
                guard let next = iterator.next(), shift < 56 else {
                    isDamaged = true
                    return nil
                }
                octet = next
                value |= UInt64(octet & 0x7F) << shift
                shift += 7
            }
            return Int64(exactly: value)
        }
        var offset: Int64 = 0
        while let step = number() {
            guard let sent = number(), let answered = number() else { return nil }
            offset += step
            parts.append(Part(offset: offset, sent: sent, answered: answered))
        }
        if isDamaged { return nil }
    }
}

/// Makes a strip of the rows of a group: `strip(offset, sent, answered)`.
struct StripSum: DatabaseAggregate {
    private var parts: [HistoryStrip.Part] = []

    static let function = DatabaseFunction("strip", argumentCount: 3, pure: true, aggregate: StripSum.self)

    init() {}

    mutating func step(_ values: [DatabaseValue]) {
        let numbers = values.compactMap { Int64.fromDatabaseValue($0) }
        guard numbers.count == 3 else { return }
        parts.append(HistoryStrip.Part(offset: numbers[0], sent: numbers[1], answered: numbers[2]))
    }

    func finalize() -> (any DatabaseValueConvertible)? { HistoryStrip(parts).encoded }
}

extension HistoryStrip {
    /// Hands on the parts of some entities' strips, of hours or of days, from `first` to before `last`.
    static func read(
        scope: String, keys: [String], length: Int64, from first: Int64, to last: Int64,
        in database: Database,
        _ body: (_ key: String, _ time: Int64, _ part: Part) -> Void
    ) throws {
        let marks = keys.map { _ in "?" }.joined(separator: ", ")
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT key, ts, counts FROM observation_strip
                WHERE scope = ? AND key IN (\(marks)) AND span_s = ? AND ts > ? AND ts < ?
                """,
            arguments: [scope] + StatementArguments(keys) + [length, first - length, last])
        while let row = try rows.next() {
            guard let key = String.fromDatabaseValue(row["key"]),
                let start = Int64.fromDatabaseValue(row["ts"]),
                let strip = Data.fromDatabaseValue(row["counts"]).flatMap(HistoryStrip.init(encoded:))
            else { continue }
            for part in strip.parts where (first..<last).contains(start + part.offset) {
                body(key, start + part.offset, part)
            }
        }
    }
}
