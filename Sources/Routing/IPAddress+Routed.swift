package import Primitives

extension IPAddress {
    /// Whether the address can be routed on the Internet: none of the blocks set aside in the registries of RFC 6890.
    package var isRouted: Bool {
        switch family {
        case .ipv4: !setAsideIPv4.contains { $0.contains(self) }
        case .ipv6: high >> 61 == 1 && !setAsideIPv6.contains { $0.contains(self) }
        }
    }
}

private let setAsideIPv4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/3",
].compactMap { Prefix($0) }

/// Within 2000::/3, outside of which nothing is allotted.
private let setAsideIPv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].compactMap { Prefix($0) }
