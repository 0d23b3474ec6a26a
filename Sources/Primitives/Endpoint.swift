/// An address and a port: one end of an exchange.
package struct Endpoint: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let address: IPAddress
    package let port: UInt16

    package init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `192.0.2.1#53` and `2001:db8::1#53`, the form that name server software prints.
    package var description: String { "\(address)#\(port)" }

    package static func < (left: Endpoint, right: Endpoint) -> Bool {
        (left.address, left.port) < (right.address, right.port)
    }
}
