import Foundation
import Glibc

/// A primary of one zone or several that notifies the resolver, allows it transfers, and takes updates.
package final class PrimaryServer {
    /// The program that serves.
    package enum Software: String, Sendable, CaseIterable {
        /// BIND.
        case bind
        /// Knot DNS.
        case knot
        /// NSD.
        case nsd
    }

    /// The key that transfers ask for, `transfer-key`.
    package struct Key: Sendable {
        /// An algorithm such as `hmac-sha256`.
        package let algorithm: String
        /// In base64.
        package let secret: String

        package init(algorithm: String, secret: String) {
            self.algorithm = algorithm
            self.secret = secret
        }
    }

    package let software: Software
    /// Where it listens, port 53.
    package let address: String
    /// What the resolver says of a primary that it is to ask.
    package var endpoint: String { "\(address)#53" }
    let namespace: Namespace
    let folder: URL
    let key: Key?
    private let program: [String]
    private var child: Child?
    private(set) var origins: [String] = []

    /// A server that has not been started; `wrapper` is put before its command line.
    init(
        _ software: Software, at address: String, in namespace: Namespace, folder: URL, key: Key?,
        wrapper: [String]
    ) {
        self.software = software
        self.address = address
        self.namespace = namespace
        self.folder = folder
        self.key = key
        let configuration = folder.appendingPathComponent("server.conf").path
        program =
            wrapper
            + {
                switch software {
                case .bind: ["named", "-g", "-n", "1", "-c", configuration]
                case .knot: ["knotd", "-c", configuration]
                case .nsd: ["nsd", "-d", "-c", configuration]
                }
            }()
    }

    /// Writes a zone's file, which is read at `start`.
    package func write(_ zone: TransferZone) throws(LaboratoryError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try zone.text.write(to: file(zone.origin), atomically: true, encoding: .utf8)
        } catch {
            throw .missing(folder.path)
        }
        if !origins.contains(zone.origin) { origins.append(zone.origin) }
    }

    func file(_ origin: String) -> URL { folder.appendingPathComponent(origin + "zone") }

    /// Starts it and waits until it answers for its first zone.
    package func start() throws(LaboratoryError) {
        let log = folder.appendingPathComponent("log")
        do {
            try configuration.write(
                to: folder.appendingPathComponent("server.conf"), atomically: true, encoding: .utf8)
        } catch {
            throw .missing(folder.path)
        }
        let child = try namespace.start(program, output: log, complaint: log)
        self.child = child
        let dig = Dig(from: namespace, server: address)
        let origin = origins.first ?? "."
        let answering = Patience.wait(20) { !child.isRunning || dig.answers(origin) }
        guard answering, child.isRunning else {
            throw .program(program.joined(separator: " ") + "\n" + Command.text(log).suffix(1000))
        }
    }

    /// Changes a zone while it serves, by a dynamic update (RFC 2136); `commands` as `nsupdate` takes them.
    package func update(_ origin: String, _ commands: [String]) throws(LaboratoryError) {
        let script = folder.appendingPathComponent("update")
        let lines = ["server \(address)", "zone \(origin)"] + commands + ["send"]
        do {
            try (lines.joined(separator: "\n") + "\n").write(to: script, atomically: true, encoding: .utf8)
        } catch {
            throw .missing(script.path)
        }
        try namespace.run(["nsupdate", script.path])
    }

    /// Kills it: its port becomes unreachable.
    package func kill() {
        child?.signal(SIGKILL)
        child?.wait()
        child = nil
    }
}
