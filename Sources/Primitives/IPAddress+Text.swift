extension IPAddress {
    /// An address from its text: dotted quad, or IPv6 as RFC 4291 §2.2 allows; anything else is nil.
    public init?(_ text: some StringProtocol) {
        let octets = Array(text.utf8)
        guard octets.count <= 45 else { return nil }
        if octets.contains(UInt8(ascii: ":")) {
            guard let groups = IPAddress.scanIPv6(octets) else { return nil }
            let high = groups[0..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
            let low = groups[4..<8].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
            self.init(ipv6High: high, low: low)
        } else {
            guard let value = IPAddress.scanIPv4(octets[...]) else { return nil }
            self.init(ipv4: value)
        }
    }

    private static func scanIPv4(_ octets: ArraySlice<UInt8>) -> UInt32? {
        let parts = octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else {
                return nil
            }
            var number: UInt32 = 0
            for digit in part {
                guard (0x30...0x39).contains(digit) else { return nil }
                number = number * 10 + UInt32(digit &- 0x30)
            }
            guard number <= 255 else { return nil }
            value = value << 8 | number
        }
        return value
    }

    private static func scanIPv6(_ octets: [UInt8]) -> [UInt16]? {
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var elided = false
        var rest = octets[...]
        if rest.starts(with: [0x3A, 0x3A]) {
            elided = true
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let group = rest.prefix { $0 != 0x3A }
            rest = rest.dropFirst(group.count)
            guard !group.isEmpty else { return nil }
            var values: [UInt16] = []
            if group.contains(UInt8(ascii: ".")) {
                guard rest.isEmpty, let quad = scanIPv4(group) else { return nil }
                values = [UInt16(truncatingIfNeeded: quad >> 16), UInt16(truncatingIfNeeded: quad)]
            } else {
                guard group.count <= 4, let value = scanHexadecimal(group) else { return nil }
                values = [value]
            }
            if elided { tail += values } else { head += values }
            guard head.count + tail.count <= 8 else { return nil }
            guard !rest.isEmpty else { break }
            rest = rest.dropFirst()
            if rest.first == 0x3A {
                guard !elided else { return nil }
                elided = true
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        let count = head.count + tail.count
        guard elided ? count <= 7 : count == 8 else { return nil }
        return head + [UInt16](repeating: 0, count: 8 - count) + tail
    }

    private static func scanHexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt16(digit &- 0x30)
            case 0x61...0x66: value = value << 4 | UInt16(digit &- 0x57)
            case 0x41...0x46: value = value << 4 | UInt16(digit &- 0x37)
            default: return nil
            }
        }
        return value
    }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text: dotted quad, or RFC 5952 for IPv6.
    public var description: String {
        if family == .ipv4 {
            return octets.map { String($0) }.joined(separator: ".")
        }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> (48 - 16 * UInt64(index % 4)))
        }
        if groups[0..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
            return "::ffff:" + IPAddress(ipv4: UInt32(truncatingIfNeeded: low)).description
        }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        func print(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !best.isEmpty else { return print(groups[...]) }
        return print(groups[..<best.lowerBound]) + "::" + print(groups[best.upperBound...])
    }
}
