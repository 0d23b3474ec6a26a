package import Primitives

extension Settings {
    /// Which network an address belongs to.
    package struct Routing: Hashable, Sendable {
        package var tables: [Table] = []
        /// AS names as `ASN<tab>name`; nil for none.
        package var names: String?
        /// The DNS zones asked for what no table covers; nil when off.
        package var originDNS: OriginDNS? = OriginDNS()
        /// Route feeds by BGP; nil when off.
        package var bgp: BGP?
        /// Route feeds by BMP; nil when off.
        package var bmp: BMP?
    }

    /// A routing table in a file.
    package struct Table: Hashable, Sendable {
        package var file = ""
        package var format = Format.iptoasn

        /// Of iptoasn.com, CAIDA, MaxMind DB, or MRT (RFC 6396).
        package enum Format: String, CaseIterable, Sendable { case iptoasn, pfx2as, mmdb, mrt }
    }

    /// The zones of an origin service.
    package struct OriginDNS: Hashable, Sendable {
        package var v4 = "origin.asn.cymru.com"
        package var v6 = "origin6.asn.cymru.com"
        package var asn = "asn.cymru.com"
    }

    /// The BGP listener (RFC 4271), which announces nothing.
    package struct BGP: Hashable, Sendable {
        package var listen = Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 179)
        package var asn = ASNumber(0)
        package var routerID = IPAddress(ipv4: 0)
        package var neighbours: [Neighbour] = []
    }

    /// One BGP neighbour.
    package struct Neighbour: Hashable, Sendable {
        package var address = IPAddress(ipv4: 0)
        package var asn = ASNumber(0)
        /// The key of TCP's MD5 signatures (RFC 2385); nil for none.
        package var password: String?
        /// Whether Afterglow connects to the neighbour too, rather than only wait for it.
        package var connect = false
        /// The neighbour's port, where Afterglow connects.
        package var port = 179
    }

    /// The BMP listener (RFC 7854).
    package struct BMP: Hashable, Sendable {
        package var listen = Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 11019)
        /// Where routers may connect from; this machine alone where there are none.
        package var routers: [Prefix] = []
    }

    /// The reachability log.
    package struct Reachability: Hashable, Sendable {
        /// A path, relative to the state directory, or a `postgres://` address; nil when the log is off.
        package var database: String? = "reachability.sqlite"
        /// The time that one row of observations covers.
        package var bucket = Duration.seconds(60)
        /// What is kept of the log.
        package var retention = Keeping()
        /// How many questions of its own the resolver asks.
        package var probes = Probes()
    }

    /// How long the rows of the log are kept, and how many octets of them.
    package struct Keeping: Hashable, Sendable {
        package var observations = Retention.limited(.seconds(30 * 86400))
        package var outages = Retention.forever
        /// The size of the database above which the oldest rows go, in octets; nil for no limit.
        package var size: Int? = 2 << 30
    }

    /// Active confirmation of what queries suggest.
    package struct Probes: Hashable, Sendable {
        /// The limit; 0 turns probes off.
        package var perNetworkPerHour = 20
    }

    /// The database as a path from the state directory, or the `postgres://` address; nil when the log is off.
    package var databaseLocation: String? {
        guard let database = reachability.database else { return nil }
        return database.hasPrefix("/") || database.contains("://")
            ? database : "\(stateDirectory)/\(database)"
    }
}

/// How long rows are kept.
package enum Retention: Hashable, Sendable {
    case limited(Duration)
    case forever
}
