package import Primitives

/// Which autonomous systems originate which addresses: immutable, for all workers to share.
///
/// A lookup is a binary search; a range takes 16 octets for IPv4 and 52 for IPv6, besides origins and names.
package final class OriginTable: Sendable {
    private let ipv4: RangeIndex<UInt32>
    private let ipv6: RangeIndex<UInt128>
    private let origins: [[ASNumber]]
    /// For each entry of `origins` the name of its first autonomous system that has one.
    private let names: [String?]
    private let namesByNumber: [ASNumber: String]

    init(
        ipv4: RangeIndex<UInt32>, ipv6: RangeIndex<UInt128>, origins: [[ASNumber]], names: [String?],
        namesByNumber: [ASNumber: String]
    ) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        self.origins = origins
        self.names = names
        self.namesByNumber = namesByNumber
    }

    /// The name of an autonomous system, whether the table has ranges of it or not.
    package func name(of number: ASNumber) -> String? { namesByNumber[number] }

    /// The number of ranges of both families.
    package var count: Int { ipv4.count + ipv6.count }

    /// The network of an address, the most specific where prefixes nest; nil where nothing is routed.
    package func identity(of address: IPAddress) -> NetworkIdentity? {
        switch address.family {
        case .ipv4: identity(of: address, value: address.ipv4Value, in: ipv4)
        case .ipv6: identity(of: address, value: address.ipv6Value, in: ipv6)
        }
    }

    private func identity<Bound>(
        of address: IPAddress, value: Bound, in index: RangeIndex<Bound>
    ) -> NetworkIdentity? {
        guard let range = index.find(value) else { return nil }
        let place = Int(range.origins)
        guard origins.indices.contains(place), names.indices.contains(place) else { return nil }
        return NetworkIdentity(
            prefix: Prefix(address, length: range.blockLength(covering: value)),
            origins: origins[place],
            name: names[place])
    }
}

extension IPAddress {
    /// An IPv4 address as a number.
    var ipv4Value: UInt32 { UInt32(truncatingIfNeeded: low) }
    /// An IPv6 address as a number.
    var ipv6Value: UInt128 { UInt128(high) << 64 | UInt128(low) }
}
