public import Primitives

extension Name {
    /// The name with each letter in upper or lower case by a coin (draft-vixie-dnsext-dns0x20).
    public func randomisingCase(with random: RandomSource) -> Name {
        var mixed = octets
        Self.randomiseCase(in: &mixed, mixed.indices, with: random)
        return Name(uncheckedOctets: mixed)
    }

    /// Puts each letter of a name that stands at `place` among other octets in upper or lower case.
    public static func randomiseCase(in mixed: inout [UInt8], _ place: Range<Int>, with random: RandomSource)
    {
        mixed.withUnsafeMutableBytes { octets in
            var bits: UInt64 = 0
            var left = 0
            let name = UnsafeMutableRawBufferPointer(rebasing: octets[place])
            // Length octets are at most 63 and so never letters.
            for index in name.indices {
                let letter = name[index] | 0x20
                guard letter &- 0x61 < 26 else { continue }
                if left == 0 {
                    bits = random.next()
                    left = UInt64.bitWidth
                }
                name[index] = bits & 1 == 0 ? letter : letter & ~0x20
                bits >>= 1
                left -= 1
            }
        }
    }
}
