package import DNSWire

/// Why a text names no zone that is audited.
package enum AuditedNameProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case notName(String)
    case topLevel(String)

    package var description: String {
        switch self {
        case .notName(let text): "'\(text)' is not a domain name"
        case .topLevel(let text): "'\(text)': the root and top level domains are not audited"
        }
    }
}

extension Name {
    /// The zone that a person wants audited; the root and top level domains, on which all depend, are none.
    package static func audited(_ text: String) throws(AuditedNameProblem) -> Name {
        guard let name = Name(text) else { throw .notName(text) }
        guard name.labelCount > 1 else { throw .topLevel(text) }
        return name
    }
}
