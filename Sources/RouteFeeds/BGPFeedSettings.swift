package import Primitives

/// The BGP speaker and its neighbours.
package struct BGPFeedSettings: Sendable, Hashable {
    package var listen: Endpoint
    package var asNumber: ASNumber
    package var identifier: UInt32
    package var neighbours: [Neighbour]

    package struct Neighbour: Sendable, Hashable {
        package var address: IPAddress
        package var asNumber: ASNumber
        /// The key of TCP's MD5 signatures (RFC 2385), at most 80 octets; nil for none.
        package var password: String?
        /// Whether we connect to it too, rather than only wait for it.
        package var connects: Bool
        /// The port that it listens on.
        package var port: UInt16

        package init(
            address: IPAddress, asNumber: ASNumber, password: String? = nil, connects: Bool = false,
            port: UInt16 = 179
        ) {
            self.address = address
            self.asNumber = asNumber
            self.password = password
            self.connects = connects
            self.port = port
        }
    }

    package init(listen: Endpoint, asNumber: ASNumber, identifier: UInt32, neighbours: [Neighbour]) {
        self.listen = listen
        self.asNumber = asNumber
        self.identifier = identifier
        self.neighbours = neighbours
    }
}
