import Primitives
import Testing

@Suite("SipHash-2-4") struct SipHashTests {
    /// The key 00 01 … 0F and inputs 00 01 … of the reference implementation's `vectors_sip64`.
    @Test(
        "Published vectors come out",
        arguments: [
            (0, 0x726F_DB47_DD0E_0E31 as UInt64), (8, 0x93F5_F579_9A93_2462), (15, 0xA129_CA61_49BE_45E5),
        ])
    func vectors(_ count: Int, _ expected: UInt64) {
        let word = { (range: Range<Int>) in
            range.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        var hash = SipHash(key: SipHash.Key(word(0..<8), word(8..<16)))
        let whole = count / 8 * 8
        for start in stride(from: 0, to: whole, by: 8) { hash.combine(word(start..<(start + 8))) }
        #expect(hash.finish(tail: word(whole..<count), count: count) == expected)
    }
}
