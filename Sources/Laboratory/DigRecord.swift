/// A record as `dig` prints it, without the time to live, which counts down in caches.
package struct DigRecord: Hashable, Sendable {
    /// The owner, absolute.
    package let owner: String
    /// The type's mnemonic, or TYPE and its number.
    package let type: String
    /// The data, with single spaces between its fields.
    package let data: String

    /// A record's line; nil for anything else.
    package init?(_ line: Substring) {
        guard !line.hasPrefix(";") else { return nil }
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard fields.count >= 4, fields[2] == "IN" else { return nil }
        owner = fields[0].lowercased()
        type = String(fields[3])
        data = fields.dropFirst(4).joined(separator: " ")
    }
}
