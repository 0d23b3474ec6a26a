import DNSWire
import Foundation
import Primitives
import Recursion
import Signing
import Synchronization
import Validation

/// Follows the rollovers of trust anchors (RFC 5011) and keeps what it has learnt in the state directory.
///
/// Keys configured as anchors are trusted at once, others after thirty days, revoked ones no more, whatever is configured.
final class AnchorKeeper: AnchorSource {
    private let path: String
    private let log: OperatorLog
    private let verifier: any SignatureVerifier
    private let book: Mutex<AnchorBook>

    /// Reads the file, which need not exist; what cannot be read is left out, with a warning.
    init(
        configured: TrustAnchors, path: String, verifier: any SignatureVerifier, log: OperatorLog
    ) {
        self.path = path
        self.log = log
        self.verifier = verifier
        var rollovers: [Name: AnchorRollover] = [:]
        do { rollovers = try AnchorFile.read(path) } catch {
            log.warning("\(error); the configured trust anchors are used alone")
        }
        book = Mutex(AnchorBook(configured: configured, rollovers: rollovers, digester: CryptoDigester()))
    }

    var anchors: TrustAnchors { book.withLock { $0.anchors } }

    func takeDue(at now: Timestamp) -> [Name] { book.withLock { $0.takeDue(at: now) } }

    func observe(_ keys: SignedSet, at now: Timestamp) {
        let validator = Validator(
            verifier: verifier, digester: CryptoDigester(), now: now, budget: ValidationBudget())
        let text = book.withLock { book -> String? in
            book.observe(keys, validator: validator) ? AnchorText.print(book.rollovers) : nil
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
}

/// The file in the state directory that has what is known of trust anchors.
enum AnchorFile {
    /// What it says; nothing where there is none.
    static func read(_ path: String) throws(DaemonProblem) -> [Name: AnchorRollover] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        let text = String(decoding: try ZoneFiles.read(path), as: UTF8.self)
        do { return try AnchorText.scan(text) } catch {
            throw .badFile(path: "\(path):\(error.line)", reason: "not a DNSKEY record and its state")
        }
    }
}
