import DNSWire
import Foundation
import Primitives
import Recursion
import Signing
import Synchronization
import Validation

/// Follows the rollovers of trust anchors (RFC 5011) and keeps what it has learnt in the state directory.
///
/// The file is zone text: each key with its state in the comment behind it. Keys configured as anchors are trusted at
/// once, others after thirty days, revoked ones no more, whatever is configured.
final class AnchorKeeper: AnchorSource {
    private let configured: TrustAnchors
    private let path: String
    private let log: OperatorLog
    private let verifier: any SignatureVerifier
    private let state: Mutex<State>

    private struct State {
        var rollovers: [Name: AnchorRollover] = [:]
        var anchors: TrustAnchors
    }

    /// Reads the file, which need not exist; what cannot be read is left out, with a warning.
    init(
        configured: TrustAnchors, path: String, verifier: any SignatureVerifier, log: OperatorLog
    ) {
        self.configured = configured
        self.path = path
        self.log = log
        self.verifier = verifier
        var rollovers: [Name: AnchorRollover] = [:]
        if let text = try? String(contentsOfFile: path, encoding: .utf8) {
            do { rollovers = try AnchorFile.scan(text, path: path) } catch {
                log.warning("\(error); the configured trust anchors are used alone")
            }
        }
        state = Mutex(State(rollovers: rollovers, anchors: Self.anchors(configured, rollovers)))
    }

    var anchors: TrustAnchors { state.withLock { $0.anchors } }

    func observe(_ keys: SignedSet) {
        let validator = Validator(
            verifier: verifier, digester: CryptoDigester(),
            now: Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)),
            budget: ValidationBudget())
        let text = state.withLock { state -> String? in
            var rollover = state.rollovers[keys.name] ?? AnchorRollover(zone: keys.name)
            let anchors = configured.anchors(of: keys.name)
            guard rollover.observe(keys, configured: anchors, validator: validator) else { return nil }
            state.rollovers[keys.name] = rollover
            state.anchors = Self.anchors(configured, state.rollovers)
            return AnchorFile.print(state.rollovers)
        }
        guard let text else { return }
        log.info("trust anchors of \(keys.name): the set of keys has changed, see \(path)")
        // The worker that saw the keys must not wait for the disk.
        Task.detached { [path, log] in
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                log.warning("\(path): cannot be written: \(error.localizedDescription)")
            }
        }
    }

    private static func anchors(_ configured: TrustAnchors, _ rollovers: [Name: AnchorRollover])
        -> TrustAnchors
    {
        var anchors = TrustAnchors()
        for zone in Set(configured.zones + rollovers.keys).sorted() {
            let own = configured.anchors(of: zone)
            let current = rollovers[zone]?.anchors(configured: own, digester: CryptoDigester()) ?? own
            for anchor in current { anchors.add(anchor, of: zone) }
        }
        return anchors
    }
}

/// The text form of what is known of trust anchors.
enum AnchorFile {
    static func print(_ rollovers: [Name: AnchorRollover]) -> String {
        var text = "; Trust anchors as Afterglow follows them (RFC 5011). Written by the program.\n"
        for zone in rollovers.keys.sorted() {
            for entry in rollovers[zone]?.entries ?? [] {
                let record = Record(name: zone, type: .dnskey, ttl: 0, data: entry.key)
                text += "\(record) ; \(words(entry.state))\n"
            }
        }
        return text
    }

    static func scan(_ text: String, path: String) throws(DaemonProblem) -> [Name: AnchorRollover] {
        var entries: [Name: [AnchorRollover.Entry]] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.hasPrefix(";"), !line.isEmpty else { continue }
            let parts = line.split(separator: " ; ", maxSplits: 1)
            guard parts.count == 2, let state = state(parts[1]),
                let records = try? ZoneTextParser.parse(Array((parts[0] + "\n").utf8)),
                let record = records.first, record.type == .dnskey
            else { throw .badFile(path: "\(path):\(index + 1)", reason: "not a DNSKEY record and its state") }
            entries[record.name, default: []].append(.init(key: record.data, state: state))
        }
        return entries.reduce(into: [:]) { $0[$1.key] = AnchorRollover(zone: $1.key, entries: $1.value) }
    }

    private static func words(_ state: AnchorRollover.State) -> String {
        switch state {
        case .pending(let trusted): "pending until \(trusted.seconds) (\(trusted))"
        case .valid: "valid"
        case .missing: "missing"
        case .revoked: "revoked"
        }
    }

    private static func state(_ text: Substring) -> AnchorRollover.State? {
        let words = text.split(separator: " ")
        switch words.first {
        case "valid": return .valid
        case "missing": return .missing
        case "revoked": return .revoked
        case "pending":
            guard words.count >= 3, let seconds = Int64(words[2]) else { return nil }
            return .pending(trusted: Timestamp(seconds: seconds))
        default: return nil
        }
    }
}
