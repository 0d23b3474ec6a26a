import Foundation

/// A resolver and the primaries that it transfers zones from, all on the loopback of one namespace. Nothing else
/// is there to be asked: what the resolver answers, it has from its copies.
package final class TransferLaboratory {
    /// The resolver, not started yet.
    package let resolver: ResolverProcess
    private let folder: URL
    private let namespace: Namespace
    private var primaries: [PrimaryServer] = []
    private var isStanding = true

    /// Makes the namespace.
    package init(resolver software: ResolverProcess.Software) throws(LaboratoryError) {
        let label = String(UUID().uuidString.prefix(4))
        namespace = try Namespace("transfer", laboratory: label)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("afterglow-transfer-\(label)")
        resolver = ResolverProcess(
            software, in: namespace, folder: folder.appendingPathComponent("resolver"))
    }

    deinit { tearDown() }

    /// A primary at 127.0.0.`host`, not started yet; `wrapper` is put before its command line.
    package func addPrimary(
        _ software: PrimaryServer.Software, host: Int, key: PrimaryServer.Key? = nil, wrapper: [String] = []
    ) throws(LaboratoryError) -> PrimaryServer {
        // BIND listens on addresses that an interface has.
        try namespace.configure("addr", "add", "127.0.0.\(host)/32", "dev", "lo")
        let primary = PrimaryServer(
            software, at: "127.0.0.\(host)", in: namespace,
            folder: folder.appendingPathComponent("primary\(host)"), key: key, wrapper: wrapper)
        primaries.append(primary)
        return primary
    }

    /// Starts the resolver at 127.0.0.1 with these lines of `zones` and other keys.
    package func startResolver(_ zones: String) throws(LaboratoryError) {
        let hints = try write(". 3600 IN NS nobody.test.\nnobody.test. 3600 IN A 127.0.0.99\n", to: "hints")
        try resolver.start(configuration: configuration(hints, zones))
    }

    /// Replaces these lines and has the resolver read them.
    package func reloadResolver(_ zones: String) throws(LaboratoryError) {
        let hints = folder.appendingPathComponent("hints").path
        do {
            try configuration(hints, zones).write(
                to: resolver.configuration, atomically: true, encoding: .utf8)
        } catch {
            throw .missing(resolver.configuration.path)
        }
        resolver.reload()
    }

    private func configuration(_ hints: String, _ zones: String) -> String {
        """
        listen: [127.0.0.1:53]
        access: { allow: [127.0.0.0/8] }
        state-directory: \(resolver.folder.path)
        resolver: { root-hints: \(hints), special-use-names: false, ipv6: false }
        dnssec: { mode: off }
        routing: { origin-dns: off }
        http: off

        """ + zones + "\n"
    }

    /// Asks the resolver.
    package var dig: Dig { Dig(from: namespace, server: "127.0.0.1") }

    /// Runs a program beside the resolver and waits for it.
    package func run(_ arguments: [String], limit: Int = 30) -> Command {
        Command.run(namespace.inside(arguments), limit: limit)
    }

    /// Writes a file into the laboratory's own folder; its path.
    package func write(_ text: String, to name: String) throws(LaboratoryError) -> String {
        let file = folder.appendingPathComponent(name)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        } catch {
            throw .missing(file.path)
        }
        return file.path
    }

    /// Ends every program and takes the namespace and files away.
    package func tearDown() {
        guard isStanding else { return }
        isStanding = false
        resolver.kill()
        for primary in primaries { primary.kill() }
        namespace.remove()
        try? FileManager.default.removeItem(at: folder)
    }
}
