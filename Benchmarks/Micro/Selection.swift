import DNSWire
import Primitives
import Reachability
import Recursion

/// A zone of thirteen servers, as the root and the largest top level domains have, all of which were heard of.
func selectionOperations() -> [Operation] {
    let now = Instant(nanoseconds: 1_000_000_000)
    let addresses = (1...13).map { IPAddress(ipv4: 0xC000_0200 + UInt32($0)) }
    let random = RandomSource(seed: 1)
    let selection = ServerSelection()
    for (number, address) in addresses.enumerated() {
        _ = selection.answered(address, after: .milliseconds(10 + 7 * number))
    }
    let targets = Targets(zone: wireName("com"), addresses: addresses)
    return [
        Operation(part: "selection", name: "choose one of 13 servers") { count in
            (0..<count).reduce(0) { sum, _ in
                let chosen = selection.choose(
                    from: targets, verdicts: NoVerdicts(), identify: { _ in nil }, at: now, random: random)
                return sum &+ (chosen == nil ? 0 : 1)
            }
        },
        Operation(part: "selection", name: "learn from an answer") { count in
            for number in 0..<count {
                _ = selection.answered(addresses[number % 13], after: .milliseconds(10 + number % 50))
            }
            return count
        },
    ]
}
