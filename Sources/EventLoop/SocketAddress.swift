import CLinux
public import Primitives

/// Where a datagram came from and which local address it was sent to: what a reply needs.
///
/// Trivially copyable, so that keeping one for a late reply costs no allocation.
public struct PeerAddress: Sendable {
    let storage: afterglow_peer

    init(_ storage: afterglow_peer) { self.storage = storage }

    /// The sender's address.
    public var address: IPAddress { storage.remote.address }
    /// The sender's port.
    public var port: UInt16 { storage.remote.port }
    /// The sender's address and port.
    public var endpoint: Endpoint { Endpoint(address, port: port) }
}

extension afterglow_address {
    init(_ endpoint: Endpoint) {
        self.init()
        family = endpoint.address.family.rawValue
        port = endpoint.port
        let address = endpoint.address
        withUnsafeMutableBytes(of: &octets) { room in
            if address.family == .ipv4 {
                room.storeBytes(of: UInt32(truncatingIfNeeded: address.low).bigEndian, as: UInt32.self)
            } else {
                room.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                room.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
    }

    var address: IPAddress {
        withUnsafeBytes(of: octets) { room in
            guard family == AddressFamily.ipv6.rawValue else {
                return IPAddress(ipv4: UInt32(bigEndian: room.loadUnaligned(as: UInt32.self)))
            }
            return IPAddress(
                ipv6High: UInt64(bigEndian: room.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: room.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    var endpoint: Endpoint { Endpoint(address, port: port) }
}
