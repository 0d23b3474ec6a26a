import Glibc
import Primitives

/// The machine's own networks: the prefixes of its interfaces, loopback included.
enum OwnNetworks {
    static func prefixes() -> [Prefix] {
        var found = [Prefix("127.0.0.0/8"), Prefix("::1/128")].compactMap { $0 }
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return found }
        defer { freeifaddrs(first) }
        var next = first
        while let interface = next {
            next = interface.pointee.ifa_next
            guard let address = read(interface.pointee.ifa_addr),
                let mask = read(interface.pointee.ifa_netmask)
            else { continue }
            let length = mask.octets.reduce(0) { $0 + $1.nonzeroBitCount }
            let prefix = Prefix(address, length: length)
            if !found.contains(prefix) { found.append(prefix) }
        }
        return found
    }

    private static func read(_ pointer: UnsafeMutablePointer<sockaddr>?) -> IPAddress? {
        guard let pointer else { return nil }
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET:
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                IPAddress(ipv4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { socket in
                withUnsafeBytes(of: &socket.pointee.sin6_addr) { IPAddress(octets: Array($0)) }
            }
        default:
            return nil
        }
    }
}
