/// Names as octets, eight at a time: what tables do without making values of them.
extension Name {
    /// A name whose octets come from our own store; nil where they are no well-formed name.
    public init?(wire octets: [UInt8]) {
        guard octets.count <= Self.octetsMax else { return nil }
        var position = 0
        while position < octets.count, octets[position] != 0 {
            guard octets[position] <= Self.labelOctetsMax else { return nil }
            position += 1 + Int(octets[position])
        }
        guard position + 1 == octets.count else { return nil }
        self.init(uncheckedOctets: octets)
    }

    /// FNV-1a over the octets in lower case: the same in every version, for names of files.
    public var stableHash: UInt64 {
        octets.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64(Self.lower($1))) &* 0x100_0000_01B3 }
    }

    /// A hash of the last label, the root's left out, in lower case; that of nothing for the root itself.
    public var topHash: UInt64 {
        octets.withUnsafeBytes { octets in
            var (last, position) = (0, 0)
            while position < octets.count, octets[position] != 0 {
                last = position
                position += 1 + Int(octets[position])
            }
            return Self.hash(UnsafeRawBufferPointer(rebasing: octets[last...]))
        }
    }

    /// Where the last `count` labels of the name begin; 0 when it has no more.
    public func offset(ofLastLabels count: Int) -> Int {
        var (position, excess) = (0, labelCount - count)
        while excess > 0 {
            position += 1 + Int(octets[position])
            excess -= 1
        }
        return position
    }

    /// Whether no letter of the name is in upper case.
    var isLowercase: Bool {
        octets.withUnsafeBytes { octets in
            guard octets.count >= 8 else { return Self.lower(Self.short(octets)) == Self.short(octets) }
            for offset in stride(from: 0, to: octets.count - 8, by: 8)
            where Self.lower(Self.word(octets, at: offset)) != Self.word(octets, at: offset) { return false }
            let last = Self.word(octets, at: octets.count - 8)
            return Self.lower(last) == last
        }
    }

    /// Whether two names, or ends of names, are equal but for the case of their letters.
    public static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let count = left.count
        guard count == right.count else { return false }
        guard count >= 8 else { return lower(short(left)) == lower(short(right)) }
        var offset = 0
        while offset &+ 8 < count {
            guard isSame(word(left, at: offset), word(right, at: offset)) else { return false }
            offset &+= 8
        }
        return isSame(word(left, at: count &- 8), word(right, at: count &- 8))
    }

    @inline(__always)
    private static func isSame(_ left: UInt64, _ right: UInt64) -> Bool {
        left == right || lower(left) == lower(right)
    }

    /// What names are hashed with for dictionaries: as unpredictable as the standard library's own hashes, so that nobody
    /// chooses names that meet in one.
    static let tableSeed = UInt64(truncatingIfNeeded: Hasher().finalize())

    /// A hash of a name, or of the end of one, in lower case: for tables that compare names afterwards.
    ///
    /// Each eight octets are multiplied in, as wyhash does it. With an unpredictable seed nobody can choose names that
    /// meet in a table.
    public static func hash(_ octets: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        let count = octets.count
        var hash = seed ^ 0xA076_1D64_78BD_642F ^ UInt64(truncatingIfNeeded: count)
        var offset = 0
        while offset &+ 8 < count {
            hash = mix(hash ^ lower(word(octets, at: offset)), 0xE703_7ED1_A0B4_28DB)
            offset &+= 8
        }
        let last = count < 8 ? short(octets) : word(octets, at: count &- 8)
        return mix(mix(hash ^ lower(last), 0xE703_7ED1_A0B4_28DB), 0x8EBC_6AF0_9C88_C6E3)
    }

    /// Both halves of a product, folded.
    @inline(__always)
    private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// Eight octets from an offset on, which must be there.
    @inline(__always)
    private static func word(_ octets: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Fewer than eight octets, zeros behind them.
    @inline(__always)
    private static func short(_ octets: UnsafeRawBufferPointer) -> UInt64 {
        var word: UInt64 = 0
        for octet in octets.reversed() { word = word &<< 8 | UInt64(octet) }
        return word
    }

    /// ASCII lower case of eight octets: those from `A` to `Z` get bit 5.
    @inline(__always)
    private static func lower(_ word: UInt64) -> UInt64 {
        let each: UInt64 = 0x0101_0101_0101_0101
        let low = word & (0x7F * each)
        let fromA = low &+ (0x80 - 0x41) * each
        let beyondZ = low &+ (0x80 - 0x5B) * each
        return word | ((fromA & ~beyondZ & ~word) & (0x80 * each)) >> 2
    }
}
