import Glibc
import Primitives

/// A blocking TCP client that sends whatever octets it is told to, as no well-behaved client does.
final class RawClient {
    private let descriptor: Int32

    /// Connects to a port of the IPv4 loopback.
    init(_ server: Endpoint) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(truncatingIfNeeded: server.address.low).bigEndian
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit { close(descriptor) }

    func send(_ octets: [UInt8]) {
        _ = octets.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// Says that nothing more will be sent.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Waits for `count` octets; fewer when the server closed before.
    func receive(_ count: Int) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        let received = octets.withUnsafeMutableBytes {
            recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_WAITALL))
        }
        return Array(octets.prefix(max(0, received)))
    }

    /// Whether the server closes, or says anything, within a millisecond.
    func isReadable() -> Bool {
        var descriptors = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptors, 1, 1) > 0
    }
}
