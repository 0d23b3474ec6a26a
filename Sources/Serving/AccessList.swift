package import Primitives

/// The clients that are answered; anyone else gets REFUSED with Extended DNS Error 18.
package struct AccessList: Sendable {
    private struct Network {
        let high: UInt64
        let low: UInt64
        let highMask: UInt64
        let lowMask: UInt64

        init(_ prefix: Prefix) {
            let all = IPAddress(family: prefix.address.family, high: .max, low: .max).masked(
                to: prefix.length)
            (high, low) = (prefix.address.high, prefix.address.low)
            (highMask, lowMask) = (all.high, all.low)
        }
    }

    private let ipv4: [Network]
    private let ipv6: [Network]

    package init(_ allowed: [Prefix]) {
        ipv4 = allowed.filter { $0.address.family == .ipv4 }.map(Network.init)
        ipv6 = allowed.filter { $0.address.family == .ipv6 }.map(Network.init)
    }

    package func allows(_ address: IPAddress) -> Bool {
        switch address.family {
        case .ipv4: Self.contain(ipv4, address)
        case .ipv6: Self.contain(ipv6, address)
        }
    }

    private static func contain(_ networks: [Network], _ address: IPAddress) -> Bool {
        for network in networks
        where address.low & network.lowMask == network.low && address.high & network.highMask == network.high
        {
            return true
        }
        return false
    }
}
