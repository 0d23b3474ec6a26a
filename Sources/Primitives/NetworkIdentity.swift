/// The network that an address belongs to, as a routing source describes it.
public struct NetworkIdentity: Sendable, Hashable {
    /// The announced prefix, or the largest block of the source's range that covers the address.
    public let prefix: Prefix
    /// The autonomous systems that originate the prefix, ascending; several where it has multiple origins, none
    /// where no routing source names one.
    public let origins: [ASNumber]
    /// The name of the first origin that has one.
    public let name: String?

    public init(prefix: Prefix, origins: [ASNumber], name: String?) {
        self.prefix = prefix
        self.origins = origins
        self.name = name
    }

    /// What stands for the network of `address` until a routing source names it: its /24 or /48, without origin.
    public static func unknown(of address: IPAddress) -> NetworkIdentity {
        NetworkIdentity(prefix: .standIn(for: address), origins: [], name: nil)
    }
}
