import DNSWire
import Foundation
import Testing

/// Records and messages as another implementation sees them; `Tests/Interoperation` makes the file.
struct DNSPythonTests {
    struct Line: Decodable {
        let type: String?
        let text: String?
        let canonical: String?
        let wire: String?
        let message: String?
        let records: [Entry]?
    }

    struct Entry: Decodable {
        let name: String
        let ttl: UInt32
        let type: String
        let wire: String
    }

    static let lines: [Line] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures/dnspython.jsonl")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }()

    @Test func `dnspython's text of every type gives its octets, and its octets our text`() throws {
        var checked = 0
        for line in Self.lines {
            guard let typeText = line.type, let text = line.text, let wire = line.wire else { continue }
            let type = try #require(RecordType(typeText))
            let octets = try #require(hexadecimal(wire))
            let data = try RecordData(scanning: text, type: type)
            #expect(data.octets == octets, "\(typeText) \(text)")
            let printed = try RecordData(checking: octets, type: type).print(type: type)
            if let canonical = line.canonical { #expect(printed == canonical) }
            #expect(try RecordData(scanning: printed, type: type).octets == octets, "\(typeText) \(printed)")
            checked += 1
        }
        #expect(checked >= 250)
    }

    @Test func `dnspython's compressed messages have its records, and survive our compression`() throws {
        var checked = 0
        for line in Self.lines {
            guard let wire = line.message, let expected = line.records else { continue }
            let message = try Message(parsing: try #require(hexadecimal(wire)))
            let records = message.answers + message.authorities + message.additionals
            #expect(records.count == expected.count)
            for (record, entry) in zip(records, expected) {
                #expect(record.name == Name(entry.name))
                #expect(record.ttl == entry.ttl)
                #expect(record.type == RecordType(entry.type))
                #expect(record.data.octets == hexadecimal(entry.wire))
            }
            #expect(try Message(parsing: message.compose()) == message)
            checked += 1
        }
        #expect(checked == 40)
    }
}

/// Octets from hexadecimal digits, white space ignored; nil for other text.
func hexadecimal(_ text: String) -> [UInt8]? {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    guard digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
