/// Where a worker's random numbers come from: the kernel in production, a seed in simulation.
///
/// A reference so that all of a worker's code draws from one stream; it is confined to its worker.
public final class RandomSource: RandomNumberGenerator {
    private let draw: () -> UInt64

    /// A source that draws each 64-bit word from `draw`.
    public init(_ draw: @escaping () -> UInt64) { self.draw = draw }

    /// A reproducible stream by xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64.
    public convenience init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        self.init { generator.next() }
    }

    public func next() -> UInt64 { draw() }

    /// A uniform number in `0..<bound`; 0 when the bound is not positive.
    public func below(_ bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        var generator = self
        return Int.random(in: 0..<bound, using: &generator)
    }
}

/// xoshiro256**: small, fast, reproducible; not for secrets.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    public init(seed: UInt64) {
        var mixer = seed
        func split() -> UInt64 {
            mixer &+= 0x9E37_79B9_7F4A_7C15
            var word = mixer
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
        state = (split(), split(), split(), split())
    }

    public mutating func next() -> UInt64 {
        func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
        let result = rotate(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotate(state.3, 45)
        return result
    }
}
