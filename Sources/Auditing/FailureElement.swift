package import Primitives

/// Something that can be lost as a whole.
package enum FailureElement: Sendable, Hashable, Comparable {
    case server(IPAddress)
    case prefix(Prefix)
    case network(ASNumber)

    /// How wide a loss is.
    package enum Level: String, Sendable, Hashable, CaseIterable {
        case server, prefix
        case network = "asn"
    }

    package var text: String {
        switch self {
        case .server(let address): address.description
        case .prefix(let prefix): prefix.description
        case .network(let number): number.description
        }
    }

    package static func < (left: FailureElement, right: FailureElement) -> Bool {
        switch (left, right) {
        case (.server(let left), .server(let right)): left < right
        case (.prefix(let left), .prefix(let right)): left < right
        case (.network(let left), .network(let right)): left < right
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .server: 0
        case .prefix: 1
        case .network: 2
        }
    }
}

extension DependencyGraph.Address {
    /// What is lost with the address. A prefix of several origins goes with the first of them, one of unknown origin by itself.
    package func element(_ level: FailureElement.Level) -> FailureElement {
        switch level {
        case .server: .server(address)
        case .prefix: .prefix(network.prefix)
        case .network: network.origins.first.map { .network($0) } ?? .prefix(network.prefix)
        }
    }
}
