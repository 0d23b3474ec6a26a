/// An Extended DNS Error (RFC 8914): a code and text for people.
package struct ExtendedError: Hashable, Sendable {
    package let code: Code
    /// UTF-8, at most `textOctetsMax` octets when composed.
    package let text: String

    package init(_ code: Code, _ text: String = "") {
        self.code = code
        self.text = text
    }

    /// Enough for a sentence, small enough for an answer of 512 octets.
    package static let textOctetsMax = 240

    /// The registry of RFC 8914 §4 and its later additions.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let other = Code(rawValue: 0)
        package static let staleAnswer = Code(rawValue: 3)
        package static let dnssecIndeterminate = Code(rawValue: 5)
        package static let dnssecBogus = Code(rawValue: 6)
        package static let notReady = Code(rawValue: 14)
        package static let prohibited = Code(rawValue: 18)
        package static let staleNameError = Code(rawValue: 19)
        package static let notAuthoritative = Code(rawValue: 20)
        package static let noReachableAuthority = Code(rawValue: 22)
        package static let networkError = Code(rawValue: 23)
        /// The registry's "Synthesized".
        package static let synthesized = Code(rawValue: 29)
    }

    /// The option form, its text cut at a character boundary.
    package var option: EDNSOption {
        var kept: [UInt8] = []
        for character in text {
            guard kept.count + character.utf8.count <= Self.textOctetsMax else { break }
            kept += character.utf8
        }
        let code = [UInt8(truncatingIfNeeded: code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)]
        return EDNSOption(code: EDNSOption.extendedError, data: code + kept)
    }

    /// The error that an option carries; nil for another option or one too short.
    package init?(_ option: EDNSOption) {
        guard option.code == EDNSOption.extendedError, option.data.count >= 2 else { return nil }
        code = Code(rawValue: UInt16(option.data[0]) << 8 | UInt16(option.data[1]))
        text = String(decoding: option.data.dropFirst(2), as: UTF8.self)
    }
}
