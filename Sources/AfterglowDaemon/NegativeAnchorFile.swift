package import DNSWire
import Foundation
package import Primitives
package import Validation

/// The negative trust anchors (RFC 7646) that commands have set, as a file in the state directory.
///
/// One a line: the name, when it ends and when it was set, both in seconds since 1970, and both again for people behind a
/// semicolon. Commands replace the file as a whole, one at a time; the resolver reads it when it has changed.
package struct NegativeAnchorFile: Sendable {
    /// An anchor and when it was set.
    package struct Entry: Hashable, Sendable {
        package let name: Name
        package let until: Timestamp
        package let added: Timestamp

        package init(name: Name, until: Timestamp, added: Timestamp) {
            self.name = name
            self.until = until
            self.added = added
        }

        package var anchor: NegativeAnchor { NegativeAnchor(name: name, until: until, setBy: .command) }
    }

    /// The longest that an anchor may hold: they are for mistakes that somebody is about to mend (RFC 7646 §2).
    package static let durationMax: Int64 = 30 * 86_400
    /// Anchors in one file; whoever needs more wants `dnssec: { mode: off }`.
    package static let entriesMax = 1000
    private static let octetsMax = 1 << 20

    package let path: String

    package init(stateDirectory: String) { path = stateDirectory + "/negative-anchors.txt" }

    /// The anchors, in canonical order of their names, those that have ended too; none where there is no file.
    package func read() throws(DaemonProblem) -> [Entry] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let octets = try ZoneFiles.read(path)
        guard octets.count <= Self.octetsMax else { throw .badFile(path: path, reason: "too large") }
        return try Self.scan(String(decoding: octets, as: UTF8.self), path: path)
    }

    /// Sets an anchor, in place of one of the same name, and forgets those that have ended.
    package func add(_ entry: Entry, now: Timestamp) throws(DaemonProblem) {
        try change { entries throws(DaemonProblem) in
            entries.removeAll { $0.until <= now || $0.name == entry.name }
            guard entries.count < Self.entriesMax else {
                throw .badFile(path: path, reason: "has \(Self.entriesMax) anchors already")
            }
            entries.append(entry)
        }
    }

    /// Takes an anchor away; false where there is none of the name.
    package func remove(_ name: Name, now: Timestamp) throws(DaemonProblem) -> Bool {
        var wasThere = false
        try change { entries throws(DaemonProblem) in
            wasThere = entries.contains { $0.name == name && now < $0.until }
            entries.removeAll { $0.until <= now || $0.name == name }
        }
        return wasThere
    }

    /// Reads, changes and writes the file while no other command does.
    private func change(_ body: (inout [Entry]) throws(DaemonProblem) -> Void) throws(DaemonProblem) {
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
            throw cannotWrite(String(cString: strerror(errno)))
        }
        defer { close(lock) }
        var entries = try read()
        try body(&entries)
        do {
            try Data(Self.print(entries).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw cannotWrite(error.localizedDescription)
        }
    }

    private func cannotWrite(_ reason: String) -> DaemonProblem {
        .stateDirectory(
            path: URL(fileURLWithPath: path).deletingLastPathComponent().path, reason: "\(path): \(reason)")
    }

    static func print(_ entries: [Entry]) -> String {
        var text = "; Names below which nothing is validated. Written by `afterglow anchors negative`.\n"
        for entry in entries.sorted(by: { $0.name < $1.name }) {
            text += "\(entry.name) \(entry.until.seconds) \(entry.added.seconds)"
            text += " ; until \(entry.until), set \(entry.added)\n"
        }
        return text
    }

    static func scan(_ text: String, path: String) throws(DaemonProblem) -> [Entry] {
        var entries: [Entry] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != ";" }.split(whereSeparator: \.isWhitespace)
            guard !words.isEmpty else { continue }
            guard words.count == 3, let name = Name(String(words[0])), let until = time(words[1]),
                let added = time(words[2])
            else {
                throw .badFile(path: "\(path):\(index + 1)", reason: "not a name and two times in seconds")
            }
            guard entries.count < entriesMax else {
                throw .badFile(path: "\(path):\(index + 1)", reason: "more than \(entriesMax) anchors")
            }
            entries.append(Entry(name: name, until: until, added: added))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// A time that can be written as a date.
    private static func time(_ text: Substring) -> Timestamp? {
        guard let seconds = Int64(text), (0...253_402_300_799).contains(seconds) else { return nil }
        return Timestamp(seconds: seconds)
    }
}
