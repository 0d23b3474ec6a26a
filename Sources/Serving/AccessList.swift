package import Primitives

/// The clients that are answered; anyone else gets REFUSED with Extended DNS Error 18.
package struct AccessList: Sendable {
    private let allowed: [Prefix]

    package init(_ allowed: [Prefix]) { self.allowed = allowed }

    package func allows(_ address: IPAddress) -> Bool {
        allowed.contains { $0.contains(address) }
    }
}
