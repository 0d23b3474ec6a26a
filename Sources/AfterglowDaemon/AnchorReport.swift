import DNSWire
import Foundation
package import Primitives
package import Settings
import Recursion
import Signing
import Validation

/// The trust anchors of a resolver, for people and programs: what is configured, and what RFC 5011 made of it.
package enum AnchorReport {
    /// One key.
    package struct Line: Sendable {
        package let zone: String
        package let keyTag: UInt16
        package let algorithm: String
        /// RFC 5011 §4: `valid`, `pending`, `missing`, `revoked`; `configured` for one that has not been seen yet.
        package let state: String
        /// When a pending key becomes valid.
        package let trustedFrom: Timestamp?
        /// Whether signatures by the key count now.
        package let isTrusted: Bool
    }

    /// A name below which nothing is validated.
    package struct NegativeLine: Sendable {
        package let name: String
        /// Nil for never.
        package let until: Timestamp?
        /// When a command set it; nil for one of the configuration.
        package let added: Timestamp?
    }

    /// The anchors by the configuration and the state directory.
    package static func lines(_ settings: Settings) throws(DaemonProblem) -> [Line] {
        guard let configured = try ResolverSettings.validation(settings.dnssec)?.anchors else { return [] }
        let path = settings.stateDirectory + "/trust-anchors.zone"
        let rollovers = try AnchorFile.read(path)
        let digester = CryptoDigester()
        var lines: [Line] = []
        for zone in Set(configured.zones + rollovers.keys).sorted() {
            let entries = rollovers[zone]?.entries ?? []
            let keys = entries.compactMap { entry in KeyRecord(entry.key).map { ($0, entry.state) } }
            lines += keys.map { line(zone, $0, $1) }
            for anchor in configured.anchors(of: zone)
            where !keys.contains(where: { anchor.fits($0.0, zone: zone, digester: digester) }) {
                lines.append(
                    Line(
                        zone: zone.description, keyTag: anchor.keyTag,
                        algorithm: anchor.algorithm.description, state: "configured", trustedFrom: nil,
                        isTrusted: true))
            }
        }
        return lines
    }

    private static func line(_ zone: Name, _ key: KeyRecord, _ state: AnchorRollover.State) -> Line {
        var from: Timestamp?
        let word: String
        switch state {
        case .pending(let trusted):
            (word, from) = ("pending", trusted)
        case .valid: word = "valid"
        case .missing: word = "missing"
        case .revoked: word = "revoked"
        }
        return Line(
            zone: zone.description, keyTag: key.keyTag, algorithm: key.algorithm.description, state: word,
            trustedFrom: from, isTrusted: state.isTrusted)
    }

    /// The negative anchors of the configuration and those set by command that hold at `now`.
    package static func negativeLines(_ settings: Settings, now: Timestamp) throws(DaemonProblem)
        -> [NegativeLine]
    {
        let configured = settings.dnssec.negativeAnchors.filter { $0.until.map { now < $0 } ?? true }
            .map { NegativeLine(name: (Name($0.name) ?? .root).description, until: $0.until, added: nil) }
        let set = try NegativeAnchorFile(stateDirectory: settings.stateDirectory).read()
            .filter { now < $0.until }
            .map { NegativeLine(name: $0.name.description, until: $0.until, added: $0.added) }
        return configured + set
    }
}
