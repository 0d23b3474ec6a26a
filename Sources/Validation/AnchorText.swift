public import DNSWire
import Primitives

/// The text form of what is known of trust anchors: zone text, each key with its state in the comment behind it.
public enum AnchorText {
    /// A line that is not a DNSKEY record and its state.
    public struct Problem: Error, Hashable, Sendable {
        /// From 1.
        public let line: Int
    }

    /// The text of all zones, in canonical order.
    public static func print(_ rollovers: [Name: AnchorRollover]) -> String {
        var text = "; Trust anchors as Afterglow follows them (RFC 5011). Written by the program.\n"
        for zone in rollovers.keys.sorted() {
            for entry in rollovers[zone]?.entries ?? [] {
                let record = Record(name: zone, type: .dnskey, ttl: 0, data: entry.key)
                text += "\(record) ; \(words(entry.state))\n"
            }
        }
        return text
    }

    /// What a text says; the first line that cannot be understood is an error.
    public static func scan(_ text: String) throws(Problem) -> [Name: AnchorRollover] {
        var entries: [Name: [AnchorRollover.Entry]] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.hasPrefix(";"), !line.isEmpty else { continue }
            guard let mark = line.firstRange(of: " ; "), let state = state(line[mark.upperBound...]),
                let records = try? ZoneTextParser.parse(Array((line[..<mark.lowerBound] + "\n").utf8)),
                let record = records.first, record.type == .dnskey
            else { throw Problem(line: index + 1) }
            entries[record.name, default: []].append(.init(key: record.data, state: state))
        }
        return entries.reduce(into: [:]) { $0[$1.key] = AnchorRollover(zone: $1.key, entries: $1.value) }
    }

    private static func words(_ state: AnchorRollover.State) -> String {
        switch state {
        case .pending(let trusted): "pending until \(trusted.seconds) (\(trusted))"
        case .valid: "valid"
        case .missing: "missing"
        case .revoked(let seen): "revoked seen \(seen.seconds) (\(seen))"
        }
    }

    private static func state(_ text: Substring) -> AnchorRollover.State? {
        let words = text.split(separator: " ")
        /// Seconds that can be written as a date.
        func time() -> Timestamp? {
            guard words.count >= 3, let seconds = Int64(words[2]), (0...253_402_300_799).contains(seconds)
            else {
                return nil
            }
            return Timestamp(seconds: seconds)
        }
        switch words.first {
        case "valid": return .valid
        case "missing": return .missing
        case "revoked":
            return words.count == 1
                ? .revoked(seen: Timestamp(seconds: 0)) : time().map { .revoked(seen: $0) }
        case "pending": return time().map { .pending(trusted: $0) }
        default: return nil
        }
    }
}
