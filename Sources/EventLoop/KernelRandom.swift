import CLinux
import Primitives

/// The kernel's random octets, taken 4 KiB at a time; confined to its loop.
final class KernelRandom {
    @exclusivity(unchecked) private var words = [UInt64](repeating: 0, count: Limits.randomOctets / 8)
    @exclusivity(unchecked) private var position: Int

    init() { position = words.count }

    /// The next unpredictable word; used words are erased.
    func next() -> UInt64 {
        if position >= words.count { refill() }
        let word = words[position]
        words[position] = 0
        position += 1
        return word
    }

    /// getrandom fails only when the kernel lacks it; running on without randomness is no option.
    private func refill() {
        let status = words.withUnsafeMutableBytes { afterglow_random($0.baseAddress, $0.count) }
        precondition(status == 0, "the kernel gives no random numbers")
        position = 0
    }
}
