package import Foundation

/// A root, a domain `test.` and signed zones below it in one namespace, with resolvers beside each other that trust the
/// root's key. Each level has an NSD of its own, so that referrals and DS records come from the parent alone.
package final class SecureLaboratory {
    /// A resolver's address in the namespace.
    package enum Resolver: String, CaseIterable, Sendable {
        case afterglow = "127.0.0.1"
        case unbound = "127.0.0.2"
        case bind = "127.0.0.3"
    }

    /// What one name server serves.
    private enum Level: Int, CaseIterable {
        case root, domain, zones, children

        var address: String { "10.54.\(rawValue).1" }
    }

    package let folder: URL
    private let namespace: Namespace
    private let signer: ZoneSigner
    private let executable: String
    private var children: [Child] = []
    private var servers: [NameServer] = []

    /// The root, `test.` and what they delegate.
    private static let trunk = """
        $TTL 300
        . SOA a.root. h.root. 1 3600 900 86400 60
        . NS a.root.
        a.root. A 10.54.0.1
        test. NS ns.test.

        """

    /// Signs the zones and serves them.
    ///
    /// - Parameters:
    ///   - more: lines for the configuration of Afterglow.
    ///   - resolver: keys of its section `resolver`.
    ///   - change: what happens to the laboratory's files before the resolvers read them; zones are in
    ///     `served-NAME.zone`.
    package init(
        _ zones: [SignedZone], afterglow: String, more: String = "", resolver: String = "",
        change: (URL) throws -> Void = { _ in }
    ) throws(LaboratoryError) {
        let label = String(UUID().uuidString.prefix(4))
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("afterglow-secure-\(label)")
        signer = ZoneSigner(folder: folder)
        executable = afterglow
        namespace = try Namespace("secure", laboratory: label)
        do {
            try build(zones)
            try Self.apply(change, to: folder)
            try startResolvers(configuration(more, resolver))
        } catch {
            tearDown()
            throw error
        }
    }

    private static func apply(_ change: (URL) throws -> Void, to folder: URL) throws(LaboratoryError) {
        do { try change(folder) } catch { throw .missing("\(folder.path): \(error)") }
    }

    private func build(_ zones: [SignedZone]) throws(LaboratoryError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .missing(folder.path)
        }
        // BIND listens on addresses that an interface has, one by one.
        let addresses = Level.allCases.map(\.address) + Resolver.allCases.map(\.rawValue).dropFirst()
        for address in Set(addresses + zones.map(\.address)) {
            try namespace.configure("addr", "add", address + "/32", "dev", "lo")
        }
        try serve(zones)
    }

    deinit { tearDown() }

    /// Ends every program and takes the namespace and the files away.
    package func tearDown() {
        for child in children.reversed() {
            child.signal(9)
            child.wait()
        }
        children = []
        servers.forEach { $0.kill() }
        servers = []
        namespace.remove()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs a command of Afterglow with the configuration of the one that serves here.
    package func afterglow(_ arguments: String...) -> Command {
        Command.run(
            [executable] + arguments + ["--config", folder.appendingPathComponent("afterglow.yaml").path])
    }

    /// Asks one question of one resolver.
    package func dig(_ resolver: Resolver) -> Dig { dig(at: resolver.rawValue) }

    /// Asks one question at one address.
    package func dig(at address: String) -> Dig { Dig(from: namespace, server: address) }

    /// Asks many questions, each a name and a type, of several resolvers at once; answers in the order of the questions.
    ///
    /// Those that ask the same resolver have an address each: dig lets its sockets share a port, and of two that come to the
    /// same one, one would get the answers of both.
    package func ask(
        _ questions: [(name: String, type: String)], of resolvers: [Resolver] = Resolver.allCases
    ) throws(LaboratoryError) -> [Resolver: [DigAnswer]] {
        let share = questions.count / Self.askers + 1
        let shares = stride(from: 0, to: questions.count, by: share).map {
            questions[$0..<min($0 + share, questions.count)]
        }
        var running: [(resolver: Resolver, count: Int, child: Child, output: URL)] = []
        for resolver in resolvers {
            for (index, part) in shares.enumerated() {
                let batch = part.map { "\($0.name) \($0.type) +dnssec +tries=1 +time=8" }.joined(
                    separator: "\n")
                let file = try signer.write(batch + "\n", to: "batch-\(resolver)-\(index)")
                let output = folder.appendingPathComponent("answers-\(resolver)-\(index)")
                let child = try namespace.start(
                    [
                        "timeout", "300", "dig", "-r", "-b", "127.0.1.\(index + 1)", "@" + resolver.rawValue,
                        "-f", file,
                    ],
                    output: output, complaint: output)
                running.append((resolver, part.count, child, output))
            }
        }
        for item in running { item.child.wait() }
        var answers: [Resolver: [DigAnswer]] = [:]
        for item in running {
            let parts = Command.text(item.output).components(separatedBy: "; <<>> DiG").dropFirst()
            guard parts.count == item.count else {
                throw .program("dig gave \(parts.count) answers to \(item.count) questions")
            }
            answers[item.resolver, default: []] += parts.map { DigAnswer($0) }
        }
        return answers
    }

    /// How many ask one resolver at the same time.
    private static let askers = 4

    private func serve(_ zones: [SignedZone]) throws(LaboratoryError) {
        var domain = "$TTL 300\ntest. SOA ns.test. h.test. 1 3600 900 86400 60\ntest. NS ns.test.\n"
        domain += "ns.test. A 10.54.1.1\n"
        var served: [NameServer.Zone] = []
        var children: [NameServer.Zone] = []
        for (zone, (records, signers)) in zip(zones, try signer.sign(zones)) {
            let file = try write(["$ORIGIN " + zone.origin] + zone.served(records), zone.origin)
            let child = try write(["$ORIGIN sub." + zone.origin, zone.childText], "sub." + zone.origin)
            served.append(NameServer.Zone(zone.origin, file: file))
            children.append(NameServer.Zone("sub." + zone.origin, file: child))
            domain += "\(zone.origin) NS ns.\(zone.origin)\nns.\(zone.origin) A \(zone.address)\n"
            domain += zone.published(signers).joined(separator: "\n") + "\n"
        }
        let plain = try signer.write(domain, to: "test.plain")
        let top = SignedZone("test")
        let (records, signers) = try signer.signWithBIND("test.", plain, top)
        let trunk = Self.trunk + "ns.test. A 10.54.1.1\n" + signers.joined(separator: "\n") + "\n"
        let root = try signer.signWithBIND(".", try signer.write(trunk, to: "root.plain"), top)
        try signer.write(root.delegationSigners.joined(separator: "\n") + "\n", to: "anchors")
        try signer.write(". 3600 NS a.root.\na.root. 3600 A 10.54.0.1\n", to: "hints")
        try startNSD(.root, [NameServer.Zone(".", file: try write(root.records, "."))])
        try startNSD(.domain, [NameServer.Zone("test.", file: try write(records, "test."))])
        try startNSD(.zones, served)
        try startNSD(.children, children)
    }

    private func write(_ lines: [String], _ origin: String) throws(LaboratoryError) -> String {
        try signer.write(lines.joined(separator: "\n") + "\n", to: "served-" + origin + "zone")
    }

    private func startNSD(_ level: Level, _ zones: [NameServer.Zone]) throws(LaboratoryError) {
        guard !zones.isEmpty else { return }
        let server = NameServer(
            .nsd, in: namespace, addresses: [level.address], zones: zones,
            folder: folder.appendingPathComponent("nsd-\(level)"))
        servers.append(server)
        try server.start()
    }

    /// Starts a program beside the resolvers, which ends with them; the file that takes what it writes.
    @discardableResult
    package func start(_ arguments: [String], log: String) throws(LaboratoryError) -> URL {
        let file = folder.appendingPathComponent(log)
        children.append(try namespace.start(arguments, output: file, complaint: file))
        return file
    }

    /// Starts BIND as the name server of a zone that stands at an address of its own; its log, with every query.
    package func startLogging(_ zone: SignedZone) throws(LaboratoryError) -> URL {
        let configuration = try signer.write(
            """
            options {
                directory "\(folder.path)";
                pid-file none;
                session-keyfile none;
                listen-on port 53 { \(zone.address); };
                listen-on-v6 { none; };
                recursion no;
                dnssec-validation no;
                querylog yes;
            };
            controls { };
            zone "\(zone.origin)" { type primary; file "served-\(zone.origin)zone"; };

            """, to: "server-\(zone.label).conf")
        let log = try start(["named", "-g", "-n", "1", "-c", configuration], log: "server-\(zone.label).log")
        guard Patience.wait(20, until: { dig(at: zone.address).answers(zone.origin) })
        else {
            throw .program("named for \(zone.origin)\n" + Command.text(log).suffix(2000))
        }
        return log
    }

    private func startResolvers(_ configuration: String) throws(LaboratoryError) {
        let own = try signer.write(configuration, to: "afterglow.yaml")
        try start([executable, "serve", "--config", own], log: "afterglow.log")
        let unbound = try signer.write(unboundConfiguration, to: "unbound.conf")
        try start(["unbound", "-d", "-p", "-c", unbound], log: "unbound.log")
        let named = try signer.write(try namedConfiguration(), to: "named.conf")
        try start(["named", "-g", "-c", named], log: "named.log")
        for resolver in Resolver.allCases {
            guard Patience.wait(20, until: { dig(resolver).ask(".", "SOA", "+time=1").status == "NOERROR" })
            else {
                let log = folder.appendingPathComponent(
                    resolver == .bind ? "named.log" : "\(resolver).log")
                throw .program("\(resolver)\n" + Command.text(log).suffix(2000))
            }
        }
    }

    private func configuration(_ more: String, _ resolver: String) -> String {
        """
        listen: [127.0.0.1:53]
        access: { allow: [127.0.0.0/8] }
        state-directory: \(folder.path)/state
        resolver: { root-hints: hints, special-use-names: false, ipv6: false\(resolver.isEmpty ? "" : ", " + resolver) }
        routing: { origin-dns: off }
        http: off
        \(more.isEmpty ? "dnssec: { trust-anchors: anchors }" : more)

        """
    }

    private var unboundConfiguration: String {
        UnboundConfiguration.text(
            interface: "127.0.0.2", folder: folder.path,
            [
                "trust-anchor-file: \"\(folder.path)/anchors\"", "local-zone: \"test.\" nodefault",
                "ede: yes",
            ])
    }

    private func namedConfiguration() throws(LaboratoryError) -> String {
        let anchors = Command.text(folder.appendingPathComponent("anchors")).split(separator: "\n")
        let trusted = anchors.compactMap { line -> String? in
            let fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let position = fields.firstIndex(of: "DS"), fields.count > position + 4 else { return nil }
            let data = fields[(position + 1)...]
            let numbers = data.prefix(3).joined(separator: " ")
            return "    . static-ds \(numbers) \"\(data.dropFirst(3).joined())\";"
        }
        return """
            options {
                directory "\(folder.path)";
                pid-file none;
                session-keyfile none;
                listen-on port 53 { 127.0.0.3; };
                listen-on-v6 { none; };
                recursion yes;
                allow-query { any; };
                dnssec-validation yes;
                empty-zones-enable no;
                max-cache-size 64m;
            };
            controls { };
            trust-anchors {
            \(trusted.joined(separator: "\n"))
            };
            zone "." { type hint; file "hints"; };

            """
    }
}
