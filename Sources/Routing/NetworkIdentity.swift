package import Primitives

/// The network that an address belongs to, as a routing table describes it.
package struct NetworkIdentity: Sendable, Hashable {
    /// The announced prefix, or the largest block of the table's range that covers the address.
    package let prefix: Prefix
    /// The autonomous systems that originate the prefix, ascending; several where it has multiple origins.
    package let origins: [ASNumber]
    /// The name of the first origin that has one.
    package let name: String?

    package init(prefix: Prefix, origins: [ASNumber], name: String?) {
        self.prefix = prefix
        self.origins = origins
        self.name = name
    }
}
