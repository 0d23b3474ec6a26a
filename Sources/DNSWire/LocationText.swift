/// Geographical locations as text (RFC 1876 §3).
enum LocationText {
    private static let equator: Int64 = 1 << 31

    /// The text of 16 octets; nil for another version or values out of range.
    static func print(_ octets: [UInt8]) -> String? {
        var reader = WireReader(octets)
        guard (try? reader.readUInt8()) == 0, let size = try? reader.readUInt8(),
            let horizontal = try? reader.readUInt8(), let vertical = try? reader.readUInt8(),
            let latitude = try? reader.readUInt32(), let longitude = try? reader.readUInt32(),
            let altitude = try? reader.readUInt32(),
            let north = printAngle(latitude, limit: 90, positive: "N", negative: "S"),
            let east = printAngle(longitude, limit: 180, positive: "E", negative: "W"),
            let precisions = printAll([size, horizontal, vertical])
        else { return nil }
        let centimetres = Int64(altitude) - 10_000_000
        let sign = centimetres < 0 ? "-" : ""
        return "\(north) \(east) \(sign)\(printMetres(abs(centimetres))) \(precisions)"
    }

    private static func printAngle(
        _ value: UInt32, limit: Int64, positive: String, negative: String
    ) -> String? {
        let offset = Int64(value) - equator
        let thousandths = abs(offset)
        guard thousandths <= limit * 3_600_000 else { return nil }
        let degrees = thousandths / 3_600_000
        let minutes = thousandths / 60000 % 60
        let fraction = String(thousandths % 1000 + 1000).dropFirst()
        return
            "\(degrees) \(minutes) \(thousandths / 1000 % 60).\(fraction) \(offset < 0 ? negative : positive)"
    }

    private static func printMetres(_ centimetres: Int64) -> String {
        "\(centimetres / 100).\(String(centimetres % 100 + 100).dropFirst())m"
    }

    /// Sizes of a mantissa and a power of ten of centimetres, each 0 to 9, in the one form that reads back.
    private static func printAll(_ values: [UInt8]) -> String? {
        var words: [String] = []
        for value in values {
            let (mantissa, exponent) = (Int64(value >> 4), value & 15)
            guard mantissa <= 9, exponent <= 9, mantissa > 0 || exponent == 0 else { return nil }
            words.append(printMetres((0..<exponent).reduce(mantissa) { product, _ in product * 10 }))
        }
        return words.joined(separator: " ")
    }

    /// The octets of a location: two angles, an altitude and up to three sizes.
    static func scan(_ words: [[UInt8]]) -> [UInt8]? {
        var rest = words[...]
        guard let latitude = scanAngle(&rest, limit: 90, positive: "N", negative: "S"),
            let longitude = scanAngle(&rest, limit: 180, positive: "E", negative: "W"),
            let altitude = rest.popFirst().flatMap({ scanDecimal($0, digits: 2, unit: true) }),
            let height = UInt32(exactly: altitude + 10_000_000), rest.count <= 3
        else { return nil }
        var sizes: [UInt8] = [0x12, 0x16, 0x13]
        for (index, word) in rest.enumerated() {
            guard let centimetres = scanDecimal(word, digits: 2, unit: true), let size = size(centimetres)
            else {
                return nil
            }
            sizes[index] = size
        }
        var writer = WireWriter(reservingCapacity: 16)
        writer.write(UInt8(0))
        writer.write(sizes)
        for value in [latitude, longitude, height] { writer.write(value) }
        return writer.octets
    }

    private static func scanAngle(
        _ words: inout ArraySlice<[UInt8]>, limit: Int64, positive: String, negative: String
    ) -> UInt32? {
        var parts: [Int64] = []
        while let word = words.popFirst() {
            let direction = String(decoding: word, as: UTF8.self).uppercased()
            if direction == positive || direction == negative {
                guard let degrees = parts.first else { return nil }
                let minutes = parts.count > 1 ? parts[1] : 0
                let thousandths = parts.count > 2 ? parts[2] : 0
                let total = degrees * 3_600_000 + minutes * 60000 + thousandths
                guard minutes < 60, thousandths < 60000, total <= limit * 3_600_000 else { return nil }
                return UInt32(exactly: direction == positive ? equator + total : equator - total)
            }
            guard parts.count < 3, let value = scanDecimal(word, digits: parts.count == 2 ? 3 : 0), value >= 0
            else { return nil }
            parts.append(value)
        }
        return nil
    }

    /// A decimal number as an integer of units of 10^-digits; a final `m` is allowed when `unit`.
    private static func scanDecimal(_ word: [UInt8], digits: Int, unit: Bool = false) -> Int64? {
        var rest = word[...]
        if unit, let last = rest.last, last | 0x20 == UInt8(ascii: "m") { rest = rest.dropLast() }
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? parts[1] : []
        guard let whole = parts.first, (1...9).contains(whole.count), fraction.count <= digits,
            (whole + fraction).allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let padded = whole + fraction + [UInt8](repeating: 0x30, count: digits - fraction.count)
        let value = padded.reduce(Int64(0)) { $0 * 10 + Int64($1 &- 0x30) }
        return negative ? -value : value
    }

    private static func size(_ centimetres: Int64) -> UInt8? {
        guard centimetres >= 0 else { return nil }
        var mantissa = centimetres
        var exponent: UInt8 = 0
        while mantissa > 9 {
            mantissa /= 10
            exponent += 1
        }
        return exponent <= 9 ? UInt8(truncatingIfNeeded: mantissa) << 4 | exponent : nil
    }
}
