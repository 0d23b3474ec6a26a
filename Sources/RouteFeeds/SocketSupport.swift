import CLinux
import NIOCore
import Primitives

extension Endpoint {
    /// NIO's form of the address.
    func socketAddress() throws -> SocketAddress {
        try SocketAddress(ipAddress: address.description, port: Int(port))
    }
}

extension SocketAddress {
    /// The address without an interface; an IPv4 address that came by an IPv6 socket is IPv4.
    var address: IPAddress? {
        guard let text = ipAddress, let found = IPAddress(text.prefix { $0 != "%" }) else { return nil }
        guard found.family == .ipv6, found.high == 0, found.low >> 32 == 0xFFFF else { return found }
        return IPAddress(ipv4: UInt32(truncatingIfNeeded: found.low))
    }
}

extension afterglow_tcp_md5 {
    /// The option for one peer; nil where the key is empty or too long.
    ///
    /// - Parameter isMapped: whether the socket is one of IPv6 that takes IPv4 too.
    init?(key: String, peer: IPAddress, isMapped: Bool) {
        var address = afterglow_address()
        var octets = peer.octets
        if isMapped, peer.family == .ipv4 {
            octets = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + octets
        }
        address.family = octets.count == 4 ? 4 : 6
        withUnsafeMutableBytes(of: &address.octets) { $0.copyBytes(from: octets) }
        self.init()
        let words = Array(key.utf8)
        guard afterglow_tcp_md5_fill(&self, &address, words, words.count) == 0 else { return nil }
    }
}

extension Channel {
    /// Sets the keys of TCP's MD5 signatures before the socket is bound or connected.
    func setSignatures(_ options: [afterglow_tcp_md5]) -> EventLoopFuture<Void> {
        guard !options.isEmpty else { return eventLoop.makeSucceededVoidFuture() }
        guard let provider = self as? any SocketOptionProvider else {
            return eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let set = options.map { option in
            provider.unsafeSetSocketOption(
                level: .tcp, name: .init(rawValue: AFTERGLOW_TCP_MD5SIG), value: option)
        }
        return EventLoopFuture.andAllSucceed(set, on: eventLoop)
    }
}
