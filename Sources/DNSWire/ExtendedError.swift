/// An Extended DNS Error (RFC 8914): a code and text for people.
public struct ExtendedError: Hashable, Sendable {
    public let code: Code
    /// UTF-8, at most `textOctetsMax` octets when composed.
    public let text: String

    public init(_ code: Code, _ text: String = "") {
        self.code = code
        self.text = text
    }

    /// Enough for a sentence, small enough for an answer of 512 octets.
    public static let textOctetsMax = 240

    /// The registry of RFC 8914 §4 and its later additions.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let other = Code(rawValue: 0)
        public static let staleAnswer = Code(rawValue: 3)
        public static let dnssecIndeterminate = Code(rawValue: 5)
        public static let dnssecBogus = Code(rawValue: 6)
        public static let notReady = Code(rawValue: 14)
        public static let prohibited = Code(rawValue: 18)
        public static let staleNameError = Code(rawValue: 19)
        public static let notAuthoritative = Code(rawValue: 20)
        public static let noReachableAuthority = Code(rawValue: 22)
        public static let networkError = Code(rawValue: 23)
        /// The registry's "Synthesized".
        public static let synthesized = Code(rawValue: 29)
    }

    /// The option form, its text cut at a character boundary.
    public var option: EDNSOption {
        var kept: [UInt8] = []
        for character in text {
            guard kept.count + character.utf8.count <= Self.textOctetsMax else { break }
            kept += character.utf8
        }
        let code = [UInt8(truncatingIfNeeded: code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)]
        return EDNSOption(code: EDNSOption.extendedError, data: code + kept)
    }

    /// The error that an option carries; nil for another option or one too short.
    public init?(_ option: EDNSOption) {
        guard option.code == EDNSOption.extendedError, option.data.count >= 2 else { return nil }
        code = Code(rawValue: UInt16(option.data[0]) << 8 | UInt16(option.data[1]))
        text = String(decoding: option.data.dropFirst(2), as: UTF8.self)
    }
}
