package import DNSWire
package import Recursion

extension Worker {
    /// What comes of a question that no client asked, whatever its signatures say.
    package func look(_ question: Question) async -> Resolution {
        await resolver.resolve(question, checkingDisabled: true)
    }

    /// The TXT texts at `name`, resolved here: none where there are none, nil where the resolution failed.
    package func texts(at name: Name) async -> [String]? {
        let resolution = await resolve(Question(name, .txt))
        guard resolution.responseCode == .noError || resolution.responseCode == .nameError else { return nil }
        return resolution.answers.filter { $0.type == .txt }.map(\.joinedText)
    }
}

extension Record {
    /// The character strings of TXT data, joined (RFC 1035 §3.3.14).
    package var joinedText: String {
        var text: [UInt8] = []
        var rest = data.octets[...]
        while let count = rest.popFirst() {
            text += rest.prefix(Int(count))
            rest = rest.dropFirst(Int(count))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
