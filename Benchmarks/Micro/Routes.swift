import Primitives
import Routing
import RoutingWire

/// Look-ups in a table of 100,000 prefixes of 24 bits, spread over a part of the address space as allocations are.
func routeOperations() -> [Operation] {
    let time = Timestamp(seconds: 1_700_000_000)
    let table = RouteTable()
    let peer = RoutePeer(source: .mrt, address: IPAddress(ipv4: 1), asNumber: ASNumber(64500))
    guard let place = table.join(peer) else { fatalError("the table takes no peer") }
    table.begin(place, .ipv4, at: time)
    var random = SeededGenerator(seed: 1)
    var addresses: [IPAddress] = []
    for _ in 0..<100_000 {
        let network = UInt32.random(in: 0x0100_00...0x3FFF_FF, using: &random) << 8
        addresses.append(IPAddress(ipv4: network | 7))
        table.add(
            Prefix(IPAddress(ipv4: network), length: 24), origins: .one(ASNumber(network >> 12)), from: place,
            at: time)
    }
    table.complete(place, .ipv4, at: time)
    let batches = stride(from: 0, to: addresses.count - 63, by: 64).map { Array(addresses[$0..<($0 + 64)]) }
    return [
        Operation(part: "routes", name: "longest match") { count in
            (0..<count).reduce(0) { sum, number in
                sum &+ (table.match(addresses[number * 7 % addresses.count]) == nil ? 0 : 1)
            }
        },
        Operation(part: "routes", name: "longest match, 64 at a time, each") { count in
            (0..<(count / 64)).reduce(0) { sum, number in
                sum &+ table.matches(of: batches[number * 7 % batches.count]).count
            }
        },
    ]
}
