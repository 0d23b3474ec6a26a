/// The range of `$GENERATE`: `start-stop` or `start-stop/step`.
struct GenerateRange {
    private let start: Int
    private let stop: Int
    private let step: Int

    /// The numbers of a range, each at most 2^31 - 1; nil for other text.
    init?(_ text: String) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        let bounds = halves.first?.split(separator: "-", omittingEmptySubsequences: false) ?? []
        guard halves.count <= 2, bounds.count == 2, let start = UInt32(bounds[0]),
            let stop = UInt32(bounds[1]),
            let step = halves.count == 2 ? UInt32(halves[1]) : 1,
            start <= stop, stop <= 0x7FFF_FFFF, step > 0, step <= 0x7FFF_FFFF
        else { return nil }
        self.start = Int(start)
        self.stop = Int(stop)
        self.step = Int(step)
    }

    var count: Int { (stop - start) / step + 1 }
    var values: StrideThrough<Int> { stride(from: start, through: stop, by: step) }
}

/// The substitutions of `$GENERATE`: `$`, `${offset,width,base}`, and `$$` for the character itself.
enum GenerateTemplate {
    private static let widthMax = 255

    /// The text with the number put in; nil when a modifier is bad.
    static func expand(_ template: [UInt8], with value: Int) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = template[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "\\"):
                result.append(octet)
                if let next = rest.popFirst() { result.append(next) }
            case UInt8(ascii: "$"):
                if rest.first == UInt8(ascii: "$") {
                    rest = rest.dropFirst()
                    result += [UInt8(ascii: "\\"), UInt8(ascii: "$")]
                } else if rest.first == UInt8(ascii: "{") {
                    guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { return nil }
                    let modifier = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
                    guard let text = print(value, modifier) else { return nil }
                    result += text.utf8
                    rest = rest[(end + 1)...]
                } else {
                    result += String(value).utf8
                }
            default:
                result.append(octet)
            }
        }
        return result
    }

    private static func print(_ value: Int, _ modifier: String) -> String? {
        let parts = modifier.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let offset = Int32(parts[0]),
            let width = parts.count > 1 ? Int(parts[1]) : 0, (0...widthMax).contains(width)
        else { return nil }
        let number = value + Int(offset)
        guard number >= 0 else { return nil }
        switch parts.count > 2 ? parts[2] : "d" {
        case "d": return padded(String(number), to: width)
        case "o": return padded(String(number, radix: 8), to: width)
        case "x": return padded(String(number, radix: 16), to: width)
        case "X": return padded(String(number, radix: 16, uppercase: true), to: width)
        case "n": return nibbles(String(number, radix: 16), width: width)
        case "N": return nibbles(String(number, radix: 16, uppercase: true), width: width)
        default: return nil
        }
    }

    private static func padded(_ text: String, to width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// Digits from the last to the first, dots between; the width counts the dots (BIND).
    private static func nibbles(_ digits: String, width: Int) -> String {
        padded(digits, to: (width + 1) / 2).reversed().map { String($0) }.joined(separator: ".")
    }
}
