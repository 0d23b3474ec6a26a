import Foundation

/// A root whose key signing key is exchanged over months, served by NSD, and resolvers that follow it by RFC 5011. Their
/// clocks show the day that is wanted (libfaketime); between days they are restarted.
package final class RollingAnchor {
    /// The resolvers, by their addresses in the namespace. BIND's memory allocator does not go together with libfaketime.
    package enum Resolver: String, CaseIterable, Sendable {
        case afterglow = "127.0.0.1"
        case unbound = "127.0.0.2"
    }

    package enum Key: Sendable { case old, oldRevoked, new }

    private let folder: URL
    private let namespace: Namespace
    private let signer: ZoneSigner
    private let executable: String
    private var files: [Key: String] = [:]
    private var zoneKey = ""
    private var children: [Child] = []
    private var server: NameServer?

    private static let server = "10.54.0.1"

    /// Makes the keys; the old one is what the resolvers are told to trust.
    package init(afterglow: String) throws(LaboratoryError) {
        let label = String(UUID().uuidString.prefix(4))
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("afterglow-anchor-\(label)")
        signer = ZoneSigner(folder: folder)
        executable = afterglow
        namespace = try Namespace("anchor", laboratory: label)
        do { try prepare() } catch {
            tearDown()
            throw error
        }
    }

    private func prepare() throws(LaboratoryError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .missing(folder.path)
        }
        for address in [Self.server, Resolver.unbound.rawValue] {
            try namespace.configure("addr", "add", address + "/32", "dev", "lo")
        }
        let make = ["dnssec-keygen", "-q", "-K", folder.path, "-a", "ECDSAP256SHA256"]
        let old = try path(make + ["-f", "KSK", "."])
        files = [.old: old, .new: try path(make + ["-f", "KSK", "."])]
        zoneKey = try path(make + ["."])
        files[.oldRevoked] = try path(["dnssec-revoke", "-f", "-K", folder.path, old])
        let anchor = try signer.run(["dnssec-dsfromkey", "-2", old + ".key"])
        for name in ["anchors", "unbound.key"] { try signer.write(anchor, to: name) }
        try signer.write(". 3600 NS a.root.\na.root. 3600 A \(Self.server)\n", to: "hints")
        try writeConfigurations()
    }

    /// The file that a tool of BIND says that it has made, without its ending.
    private func path(_ arguments: [String]) throws(LaboratoryError) -> String {
        let name = ZoneSigner.lines(try signer.run(arguments)).last ?? ""
        return folder.appendingPathComponent(URL(fileURLWithPath: name).lastPathComponent).path
    }

    deinit { tearDown() }

    /// Ends every program and takes the namespace and the files away.
    package func tearDown() {
        endPrograms()
        namespace.remove()
        try? FileManager.default.removeItem(at: folder)
    }

    private func endPrograms() {
        for child in children.reversed() {
            child.signal(9)
            child.wait()
        }
        children = []
        server?.kill()
        server = nil
    }

    /// Has the day come on which the root has these keys, and starts everybody anew with what they have written down.
    package func begin(day: Int, keys: [Key], signedBy entries: [Key]) throws(LaboratoryError) {
        endPrograms()
        try publish(keys, entries)
        let root = NameServer(
            .nsd, in: namespace, addresses: [Self.server],
            zones: [.init(".", file: folder.appendingPathComponent("root.zone.signed").path)],
            folder: folder.appendingPathComponent("nsd"))
        server = root
        try root.start()
        let clock = ["env", "DONT_FAKE_MONOTONIC=1", "faketime", "-m", "-f", "+\(day)d"]
        let own = folder.appendingPathComponent("afterglow.yaml").path
        let unbound = folder.appendingPathComponent("unbound.conf").path
        try start(clock + [executable, "serve", "--config", own], log: "afterglow.log")
        try start(clock + ["unbound", "-d", "-p", "-c", unbound], log: "unbound.log")
        for resolver in Resolver.allCases {
            guard Patience.wait(20, until: { !verdict(of: resolver).isEmpty }) else {
                let log = Command.text(folder.appendingPathComponent("\(resolver).log"))
                throw .program("\(resolver)\n" + log.suffix(2000))
            }
        }
    }

    /// The status of the root's SOA record, with `+ad` where it validates; empty without an answer.
    package func verdict(of resolver: Resolver) -> String {
        let answer = Dig(from: namespace, server: resolver.rawValue).ask(
            ".", "SOA", "+dnssec", "+time=2", "+tries=1")
        return answer.status + (answer.flags.contains("ad") ? "+ad" : "")
    }

    /// What a resolver has written down of each key, as `valid`, `pending`, `missing` or `revoked`, sorted.
    package func states(of resolver: Resolver) -> [String] {
        switch resolver {
        case .afterglow:
            let text = Command.text(folder.appendingPathComponent("state/trust-anchors.zone"))
            return ZoneSigner.lines(text).compactMap { line in
                line.firstRange(of: " ; ").map { String(line[$0.upperBound...].prefix { $0 != " " }) }
            }.sorted()
        case .unbound:
            let text = Command.text(folder.appendingPathComponent("unbound.key"))
            return ZoneSigner.lines(text).compactMap { line in
                line.firstRange(of: ";;state=").map { _ in
                    line.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
                        .trimmingCharacters(in: .whitespaces).lowercased()
                        .replacing("addpend", with: "pending")
                }
            }.sorted()
        }
    }

    /// `afterglow anchors list` for this state directory.
    package func list() -> Command {
        Command.run(
            [executable, "anchors", "list", "--config", folder.appendingPathComponent("afterglow.yaml").path])
    }

    private func publish(_ keys: [Key], _ entries: [Key]) throws(LaboratoryError) {
        let base =
            "$TTL 300\n. SOA a.root. h.root. 1 3600 900 86400 60\n. NS a.root.\na.root. A \(Self.server)\n"
        let published = try signer.run(
            ["cat"] + (keys.compactMap { files[$0] } + [zoneKey]).map { $0 + ".key" })
        let plain = try signer.write(base + published, to: "root.zone")
        let chosen = entries.compactMap { files[$0] }.flatMap { ["-k", $0] }
        _ = try signer.run(
            [
                "dnssec-signzone", "-q", "-P", "-x", "-d", folder.path, "-o", ".", "-O", "full", "-s",
                "now-86400",
            ]
                + ["-e", "now+31536000"] + chosen + ["-f", plain + ".signed", plain, zoneKey])
    }

    private func start(_ arguments: [String], log: String) throws(LaboratoryError) {
        let file = folder.appendingPathComponent(log)
        children.append(try namespace.start(arguments, output: file, complaint: file))
    }

    private func writeConfigurations() throws(LaboratoryError) {
        try signer.write(
            """
            listen: [127.0.0.1:53]
            access: { allow: [127.0.0.0/8] }
            state-directory: \(folder.path)/state
            resolver: { root-hints: hints, special-use-names: false, ipv6: false }
            routing: { origin-dns: off }
            http: off
            dnssec: { trust-anchors: anchors }

            """, to: "afterglow.yaml")
        try signer.write(
            UnboundConfiguration.text(
                interface: Resolver.unbound.rawValue, folder: folder.path,
                ["auto-trust-anchor-file: \"\(folder.path)/unbound.key\""]), to: "unbound.conf")
    }
}
