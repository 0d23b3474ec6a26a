package import Primitives

/// A prefix in an UPDATE, with its path identifier where the speakers agreed on several paths (RFC 7911).
package struct BGPRoute: Hashable, Sendable {
    package let prefix: Prefix
    /// Zero without RFC 7911.
    package let pathIdentifier: UInt32

    package init(_ prefix: Prefix, pathIdentifier: UInt32 = 0) {
        self.prefix = prefix
        self.pathIdentifier = pathIdentifier
    }
}

extension OctetReader {
    /// Routes until the reader's end.
    mutating func readRoutes(
        _ family: AddressFamily, hasIdentifiers: Bool, into routes: inout [BGPRoute]
    ) throws(RoutingWireError) {
        while !isAtEnd {
            let identifier = hasIdentifiers ? try readUInt32() : 0
            routes.append(BGPRoute(try readPrefix(family), pathIdentifier: identifier))
        }
    }
}

extension [UInt8] {
    mutating func append(_ routes: [BGPRoute], hasIdentifiers: Bool) {
        for route in routes {
            if hasIdentifiers { appendUInt32(route.pathIdentifier) }
            appendPrefix(route.prefix)
        }
    }
}
