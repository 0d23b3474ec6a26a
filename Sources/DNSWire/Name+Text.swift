/// Why text is not a domain name.
public enum NameTextError: Error, Hashable, Sendable {
    case emptyLabel
    case labelTooLong
    case nameTooLong
    case badEscape
}

extension Name {
    /// A name from presentation form (RFC 1035 §5.1: `\.` and `\DDD` escapes).
    ///
    /// A name without a final dot is completed with `origin`, the root unless given.
    public init(scanning text: some Sequence<UInt8>, origin: Name = .root) throws(NameTextError) {
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var absolute = false
        var characters = Array(text)[...]
        if characters.elementsEqual([UInt8(ascii: ".")]) {
            self = .root
            return
        }
        if characters.elementsEqual([UInt8(ascii: "@")]) {
            self = origin
            return
        }
        while let character = characters.popFirst() {
            absolute = false
            switch character {
            case UInt8(ascii: "."):
                guard !label.isEmpty else { throw .emptyLabel }
                labels.append(label)
                label = []
                absolute = true
            case UInt8(ascii: "\\"):
                label.append(try Self.scanEscape(&characters))
            default:
                label.append(character)
            }
            guard label.count <= Self.labelOctetsMax else { throw .labelTooLong }
        }
        if !label.isEmpty { labels.append(label) }
        guard !labels.isEmpty else { throw .emptyLabel }
        guard let relative = Name(labels: labels), let name = absolute ? relative : relative.appending(origin)
        else { throw .nameTooLong }
        self = name
    }

    /// The octet that `\DDD` or `\X` stands for; the backslash has been read.
    static func scanEscape(_ characters: inout ArraySlice<UInt8>) throws(NameTextError) -> UInt8 {
        guard let first = characters.popFirst() else { throw .badEscape }
        guard (0x30...0x39).contains(first) else { return first }
        guard let second = characters.popFirst(), let third = characters.popFirst(),
            (0x30...0x39).contains(second), (0x30...0x39).contains(third)
        else { throw .badEscape }
        let value = Int(first &- 0x30) * 100 + Int(second &- 0x30) * 10 + Int(third &- 0x30)
        guard value <= 255 else { throw .badEscape }
        return UInt8(truncatingIfNeeded: value)
    }

    /// A name from a string in presentation form; nil when it is not one.
    public init?(_ text: some StringProtocol) {
        guard let name = try? Name(scanning: text.utf8) else { return nil }
        self = name
    }

    /// The presentation form without the final dot, for messages to people; the root is `.`.
    public var withoutFinalDot: String {
        isRoot ? "." : String(description.dropLast())
    }
}

extension Name: CustomStringConvertible {
    /// The absolute presentation form, special characters escaped as `dig` does.
    public var description: String {
        guard !isRoot else { return "." }
        var text: [UInt8] = []
        for label in labels {
            for octet in label {
                switch octet {
                case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: ";"),
                    UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "@"), UInt8(ascii: "$"):
                    text += [UInt8(ascii: "\\"), octet]
                case 0x21...0x7E:
                    text.append(octet)
                default:
                    text.append(UInt8(ascii: "\\"))
                    text += [octet / 100, octet / 10 % 10, octet % 10].map { $0 + 0x30 }
                }
            }
            text.append(UInt8(ascii: "."))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
