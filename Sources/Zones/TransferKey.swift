package import DNSWire

/// A secret shared with a primary (RFC 8945 §4): its name, its algorithm and its octets.
package struct TransferKey: Hashable, Sendable {
    /// The HMAC algorithms of RFC 8945 §6 that are spoken.
    package enum Algorithm: String, CaseIterable, Sendable {
        case sha1 = "hmac-sha1"
        case sha256 = "hmac-sha256"
        case sha384 = "hmac-sha384"
        case sha512 = "hmac-sha512"

        /// The algorithm's name on the wire.
        var name: Name { Name(rawValue) ?? .root }
    }

    package let name: Name
    package let algorithm: Algorithm
    package let secret: [UInt8]

    package init(name: Name, algorithm: Algorithm, secret: [UInt8]) {
        self.name = name
        self.algorithm = algorithm
        self.secret = secret
    }
}
