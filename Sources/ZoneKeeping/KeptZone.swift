package import DNSWire
package import Primitives
package import Zones

/// A zone of which a copy is kept here: where it comes from, and when it answers.
package struct KeptZone: Sendable {
    /// When a copy answers.
    package enum Use: Hashable, Sendable {
        /// When its name servers cannot be reached.
        case fallback
        /// First, before anybody is asked.
        case always
    }

    /// Where a copy comes from.
    package enum Source: Sendable {
        /// A zone that is there already, from a file.
        case zone(Zone)
        case transfer(TransferPlan)
    }

    package let origin: Name
    package let use: Use
    package let source: Source

    package init(origin: Name, use: Use, source: Source) {
        self.origin = origin
        self.use = use
        self.source = source
    }
}

/// From whom a zone is transferred, and within which bounds.
package struct TransferPlan: Hashable, Sendable {
    /// Asked in this order.
    package let primaries: [Primary]
    package let expiry: CopyExpiry
    /// Octets that one transfer may bring.
    package let octetsMax: Int

    package init(primaries: [Primary], expiry: CopyExpiry, octetsMax: Int) {
        self.primaries = primaries
        self.expiry = expiry
        self.octetsMax = octetsMax
    }
}

/// A server that has the zone, and the key shared with it.
package struct Primary: Hashable, Sendable {
    package let endpoint: Endpoint
    package let key: TransferKey?

    package init(endpoint: Endpoint, key: TransferKey?) {
        self.endpoint = endpoint
        self.key = key
    }
}

/// The bounds of keeping copies.
enum Limits {
    /// Transfers at once; each may hold a whole zone that is not served yet. Further zones wait.
    static let transfers = 4
    /// For the SOA record of a primary: one round trip or two, over TCP. Then the next primary is asked.
    static let serialTimeout = Duration.seconds(5)
    /// Without an octet for so long, a transfer is given up.
    static let transferIdle = Duration.seconds(20)
    /// The whole of one transfer: a gigabyte at 300 kB/s.
    static let transferDuration = Duration.seconds(3600)
    /// How often a copy is written: a zone that changes each second is not written each second.
    static let saveInterval = Duration.seconds(30)
    /// Checks of a zone that NOTIFY may cause: whoever forges it gains no storm.
    static let notifyInterval = Duration.seconds(1)
}
