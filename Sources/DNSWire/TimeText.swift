/// Signature times as text (RFC 4034 §3.2).
enum TimeText {
    /// Seconds since 1970 as `YYYYMMDDHHmmSS`.
    static func print(_ seconds: UInt32) -> String {
        let (days, rest) = Int(seconds).quotientAndRemainder(dividingBy: 86400)
        let (year, month, day) = date(days: days)
        let words = [(year, 4), (month, 2), (day, 2), (rest / 3600, 2), (rest / 60 % 60, 2), (rest % 60, 2)]
        return words.map { value, width in
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }.joined()
    }

    /// Seconds since 1970, modulo 2^32, from fourteen digits, or from seconds of at most ten digits.
    static func scan(_ text: [UInt8]) -> UInt32? {
        guard !text.isEmpty, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard text.count == 14 else {
            return text.count <= 10 ? UInt32(String(decoding: text, as: UTF8.self)) : nil
        }
        func number(_ range: Range<Int>) -> Int { text[range].reduce(0) { $0 * 10 + Int($1 &- 0x30) } }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        let (hour, minute, second) = (number(8..<10), number(10..<12), number(12..<14))
        let days = days(year: year, month: month, day: day)
        guard year >= 1970, date(days: days) == (year, month, day), hour < 24, minute < 60, second < 61 else {
            return nil
        }
        return UInt32(truncatingIfNeeded: days * 86400 + hour * 3600 + minute * 60 + second)
    }

    /// Gregorian date of days since 1970, for days that are not negative.
    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = max(0, days) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

/// Spans of time in seconds, plain or with the units of BIND: `1h30m`, `1w2d`.
enum SpanText {
    /// Seconds, at most 2^32 - 1; nil for other text.
    static func scan(_ text: [UInt8]) -> UInt32? {
        var total: UInt64 = 0
        var number: UInt64?
        for character in text {
            if (0x30...0x39).contains(character) {
                number = (number ?? 0) * 10 + UInt64(character &- 0x30)
                guard let number, number <= 0xFFFF_FFFF else { return nil }
                continue
            }
            guard let count = number, let unit = unit(character) else { return nil }
            total += count * unit
            number = nil
            guard total <= 0xFFFF_FFFF else { return nil }
        }
        guard !text.isEmpty else { return nil }
        total += number ?? 0
        return UInt32(exactly: total)
    }

    private static func unit(_ character: UInt8) -> UInt64? {
        switch character | 0x20 {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "d"): 86400
        case UInt8(ascii: "w"): 604_800
        default: nil
        }
    }
}
