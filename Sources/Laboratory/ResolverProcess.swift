package import Foundation

/// The recursive resolver under test, in the namespace `resolver`.
package final class ResolverProcess {
    /// Which program resolves.
    package enum Software: Sendable, Equatable {
        /// The executable of this package, at that path.
        case afterglow(String)
        /// Unbound, as a control of the laboratory itself and for comparison; it serves expired data.
        case unbound
        /// Knot Resolver 5, for comparison; it serves expired data.
        case knotResolver
    }

    /// The folder with its configuration and state.
    package let folder: URL
    private let software: Software
    private let namespace: Namespace
    private var child: Child?

    init(_ software: Software, in namespace: Namespace, folder: URL) {
        self.software = software
        self.namespace = namespace
        self.folder = folder
    }

    /// The database of the reachability log.
    package var database: URL { folder.appendingPathComponent("reachability.sqlite") }

    /// The configuration file that it was started with.
    package var configuration: URL { folder.appendingPathComponent("resolver.conf") }

    /// What it has written to standard error.
    package var log: String { Command.text(folder.appendingPathComponent("log")) }

    /// The process, while there is one.
    package var identifier: Int32? { child?.identifier }

    /// The memory that it occupies, in octets; 0 when it does not run.
    package var residentOctets: Int {
        guard let identifier,
            let status = try? String(contentsOfFile: "/proc/\(identifier)/statm", encoding: .utf8),
            let pages = status.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return pages * Int(getpagesize())
    }

    /// Whether it runs.
    package var isRunning: Bool { child?.isRunning == true }

    /// Starts it and waits until it is ready.
    package func start(configuration text: String) throws(LaboratoryError) {
        let output = folder.appendingPathComponent("output")
        let complaint = folder.appendingPathComponent("log")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(at: output)
            try text.write(to: configuration, atomically: true, encoding: .utf8)
        } catch {
            throw .missing(folder.path)
        }
        let arguments =
            switch software {
            case .afterglow(let path): [path, "serve", "--config", configuration.path]
            case .unbound: ["unbound", "-d", "-p", "-c", configuration.path]
            case .knotResolver: ["kresd", "-n", "-q", "-c", configuration.path, folder.path]
            }
        child = try namespace.start(arguments, output: output, complaint: complaint)
        guard Patience.wait(20, until: { !isRunning || isReady(output) }), isRunning else {
            throw .program(arguments.joined(separator: " ") + "\n" + Command.text(complaint).suffix(2000))
        }
    }

    /// Ends it as an operator does, with SIGTERM; the exit status.
    @discardableResult
    package func stop() -> Int32 {
        let status = child?.stop() ?? 0
        child = nil
        return status
    }

    /// Has it read its configuration again, with SIGHUP.
    package func reload() { child?.signal(SIGHUP) }

    /// Ends it as a power cut does.
    package func kill() {
        child?.signal(SIGKILL)
        child?.wait()
        child = nil
    }

    private func isReady(_ output: URL) -> Bool {
        switch software {
        case .afterglow: Command.text(output).split(separator: "\n").contains("ready")
        case .unbound, .knotResolver:
            !Command.run(namespace.inside(["ss", "-Hlun", "sport = :53"])).output.isEmpty
        }
    }
}
