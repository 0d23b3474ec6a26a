public import DNSWire

/// A question that asks which root keys a resolver trusts (RFC 8509): its first label is
/// `root-key-sentinel-is-ta-` or `root-key-sentinel-not-ta-` and a key tag of five digits.
public enum RootKeySentinel: Hashable, Sendable {
    case isAnchor(UInt16)
    case isNotAnchor(UInt16)

    /// Reads a question; nil for any other (RFC 8509 §2.1: only A and AAAA count).
    public init?(_ question: Question) {
        guard [.a, .aaaa].contains(question.type), let label = question.name.labels.first else { return nil }
        let text = String(decoding: label.map(Name.lower), as: UTF8.self)
        func tag(after prefix: String) -> UInt16? {
            guard text.hasPrefix(prefix) else { return nil }
            let digits = text.dropFirst(prefix.count)
            guard digits.count == 5, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            return UInt16(digits)
        }
        if let tag = tag(after: "root-key-sentinel-is-ta-") {
            self = .isAnchor(tag)
        } else if let tag = tag(after: "root-key-sentinel-not-ta-") {
            self = .isNotAnchor(tag)
        } else {
            return nil
        }
    }

    /// Whether a secure answer must be withheld: the statement is false (RFC 8509 §2.2).
    public func isRefuted(by anchors: TrustAnchors) -> Bool {
        let tags = anchors.anchors(of: .root).map(\.keyTag)
        return switch self {
        case .isAnchor(let tag): !tags.contains(tag)
        case .isNotAnchor(let tag): tags.contains(tag)
        }
    }
}
