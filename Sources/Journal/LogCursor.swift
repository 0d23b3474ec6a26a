import Foundation
import GRDB

/// Where a page of the log ended, as a word that the reader hands back to go on.
package struct LogCursor: Sendable, Hashable {
    private enum Part: Hashable, Sendable {
        case integer(Int64)
        case text(String)
    }

    /// Longer words were not made here: a key has six parts, the longest a domain name.
    private static let octetsMax = 2048
    private static let separator = "\u{1F}"
    private let parts: [Part]

    /// The cursor of a key that `text` stands for; nil for a word that was not made here.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.octetsMax else { return nil }
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let base64 = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 } + padding
        guard let data = Data(base64Encoded: String(base64)), let plain = String(data: data, encoding: .utf8)
        else { return nil }
        var parts: [Part] = []
        for field in plain.components(separatedBy: Self.separator) {
            switch field.first {
            case "i":
                guard let number = Int64(field.dropFirst()) else { return nil }
                parts.append(.integer(number))
            case "t": parts.append(.text(String(field.dropFirst())))
            default: return nil
            }
        }
        self.parts = parts
    }

    /// The cursor of a key of text alone.
    package init(texts: [String]) { parts = texts.map(Part.text) }

    /// The parts, when all are text and there are `count` of them.
    package func texts(_ count: Int) -> [String]? {
        let texts = parts.compactMap { part -> String? in if case .text(let text) = part { text } else { nil }
        }
        return texts.count == count && parts.count == count ? texts : nil
    }

    init(_ values: [DatabaseValue]) {
        parts = values.map { value in
            Int64.fromDatabaseValue(value).map(Part.integer)
                ?? .text(String.fromDatabaseValue(value) ?? "")
        }
    }

    /// The values of a key of so many columns; nil when the cursor is of another.
    func values(_ count: Int) -> [DatabaseValue]? {
        guard parts.count == count else { return nil }
        return parts.map { part in
            switch part {
            case .integer(let number): number.databaseValue
            case .text(let text): text.databaseValue
            }
        }
    }

    /// The word: letters, digits, `-` and `_`.
    package var text: String {
        let fields = parts.map { part in
            switch part {
            case .integer(let number): "i\(number)"
            case .text(let text): "t\(text)"
            }
        }
        let base64 = Data(fields.joined(separator: Self.separator).utf8).base64EncodedString()
        return String(
            base64.compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }
}
