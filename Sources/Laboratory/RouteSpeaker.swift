package import Foundation

/// A real BGP speaker in a namespace of its own, beside the namespace of the listener that it tells its routes to.
///
/// The listener is 10.54.0.1 and fd54::1, AS 64512, port 1790; the speaker 10.54.0.2 and fd54::2, AS 64511.
package final class RouteSpeaker {
    package enum Software: String, CaseIterable, Sendable { case bird, frr, gobgp, exabgp }

    /// Where the listener is.
    package static let listener = (address: "10.54.0.1", port: 1790, number: 64512)
    package static let address = "10.54.0.2"
    package static let number = 64511
    package static let neighbourNumber = 64510

    package let software: Software
    /// The namespace in which the listener has to be.
    package let listenerNamespace: Namespace
    private let namespace: Namespace
    private let folder: URL
    private var child: Child?
    private var neighbour: Child?
    /// Prefix and the AS behind the speaker's that it comes from; nil for the speaker's own.
    var routes: [String: Int?] = [:]
    let password: String?
    let monitored: Bool

    /// Makes both namespaces and the link between them.
    ///
    /// - Parameters:
    ///   - password: the key of TCP's MD5 signatures.
    ///   - isMonitored: whether the speaker, GoBGP or FRR, tells by BMP, on port 11019 of the listener, what it hears.
    package init(
        _ software: Software, password: String? = nil, isMonitored: Bool = false
    ) throws(LaboratoryError) {
        self.software = software
        self.password = password
        monitored = isMonitored
        let label = String(UUID().uuidString.prefix(4))
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("afterglow-routes-\(label)")
        listenerNamespace = try Namespace("feed", laboratory: label)
        namespace = try Namespace("peer", laboratory: label)
        try listenerNamespace.configure(
            "link", "add", "peer", "type", "veth", "peer", "name", "feed", "netns", namespace.name)
        for (place, link, host) in [(listenerNamespace, "peer", 1), (namespace, "feed", 2)] {
            try place.configure("link", "set", link, "up")
            try place.configure("addr", "add", "10.54.0.\(host)/24", "dev", link)
            try place.configure("addr", "add", "fd54::\(host)/64", "dev", link, "nodad")
        }
        do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
            throw .missing(folder.path)
        }
        // FRR's daemons give up their rights before they write there.
        chmod(folder.path, 0o777)
    }

    deinit { tearDown() }

    /// Whether the program is installed.
    package static func isInstalled(_ software: Software) -> Bool {
        let names =
            switch software {
            case .bird: ["/usr/sbin/bird"]
            case .frr: ["/usr/lib/frr/bgpd"]
            case .gobgp: ["/usr/bin/gobgpd"]
            case .exabgp: ["/usr/sbin/exabgp", "/usr/bin/exabgp"]
            }
        return names.contains { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Starts the speaker with routes; it connects to the listener by itself.
    ///
    /// - Parameter routes: prefixes, each with the AS that it comes from; nil for the speaker's own.
    package func start(_ routes: [String: Int?]) throws(LaboratoryError) {
        self.routes = routes
        let output = folder.appendingPathComponent("output")
        switch software {
        case .bird:
            try write(birdConfiguration, to: "bird.conf")
            child = try namespace.start(
                ["bird", "-f", "-c", path("bird.conf"), "-s", path("bird.ctl"), "-P", path("bird.pid")],
                output: output, complaint: output)
        case .frr:
            try write(frrConfiguration, to: "bgpd.conf")
            child = try namespace.start(
                [
                    "/usr/lib/frr/bgpd", "-f", path("bgpd.conf"), "-n", "-S", "-P", "0", "-i",
                    path("bgpd.pid"),
                    "--vty_socket", folder.path, "--skip_runas", "-Z",
                ] + (monitored ? ["-M", "bmp"] : []),
                output: output, complaint: output)
        case .gobgp:
            try write(gobgpConfiguration, to: "gobgp.toml")
            child = try namespace.start(
                ["gobgpd", "-f", path("gobgp.toml"), "--pprof-disable", "--api-hosts", "127.0.0.1:50051"],
                output: output, complaint: output)
            let isReady = Patience.wait(10) {
                Command.run(namespace.inside(["gobgp", "global"])).succeeded
            }
            guard isReady else { throw .program("gobgpd: " + log) }
            for (prefix, origin) in routes.sorted(by: { $0.key < $1.key }) {
                try announce(prefix, from: origin)
            }
        case .exabgp:
            try write(exabgpConfiguration, to: "exabgp.conf")
            // What is written there ExaBGP takes for the words of a process of its own.
            try run(["rm", "-f", path("exabgp.in")])
            try run(["mkfifo", "-m", "666", path("exabgp.in")])
            child = try namespace.start(
                [
                    "env", "exabgp.daemon.user=root", "exabgp.api.cli=false",
                    "exabgp.tcp.port=\(Self.listener.port)",
                    "exabgp", path("exabgp.conf"),
                ],
                output: output, complaint: output)
        }
    }

    /// Adds or changes a route.
    package func announce(_ prefix: String, from origin: Int? = nil) throws(LaboratoryError) {
        routes[prefix] = .some(origin)
        switch software {
        case .gobgp:
            let path = origin.map { ["aspath", String($0)] } ?? []
            try run(
                ["gobgp", "global", "rib", "add", prefix] + path + ["nexthop", hop(prefix)] + family(prefix))
        case .exabgp: try say(["announce " + exabgpRoute(prefix, from: origin)])
        case .bird, .frr: try reconfigure()
        }
    }

    /// Takes routes away.
    package func withdraw(_ prefixes: [String]) throws(LaboratoryError) {
        for prefix in prefixes { routes[prefix] = nil }
        switch software {
        case .gobgp:
            for prefix in prefixes { try run(["gobgp", "global", "rib", "del", prefix] + family(prefix)) }
        case .exabgp: try say(prefixes.map { "withdraw route \($0) next-hop \(hop($0))" })
        case .bird, .frr: try reconfigure()
        }
    }

    /// Ends the program: gently, with a NOTIFICATION, or at once.
    package func stop(gently: Bool = true) {
        if gently { child?.stop() } else { child?.signal(SIGKILL) }
        child?.wait()
        child = nil
        // What ExaBGP listens to goes on without it.
        if software == .exabgp { namespace.endPrograms() }
    }

    // MARK: The neighbour of a speaker that is monitored

    /// Starts BIRD beside the speaker, as its neighbour AS 64510 on 127.0.0.2.
    package func startNeighbour(_ routes: [String: Int]) throws(LaboratoryError) {
        try write(Self.neighbourConfiguration(routes), to: "neighbour.conf")
        let output = folder.appendingPathComponent("neighbour")
        neighbour = try namespace.start(
            [
                "bird", "-f", "-c", path("neighbour.conf"), "-s", path("neighbour.ctl"), "-P",
                path("neighbour.pid"),
            ],
            output: output, complaint: output)
    }

    /// Has the neighbour announce these routes, each with its origin, in place of those before.
    package func changeNeighbour(_ routes: [String: Int]) throws(LaboratoryError) {
        try write(Self.neighbourConfiguration(routes), to: "neighbour.conf")
        try run(["birdc", "-s", path("neighbour.ctl"), "configure"])
    }

    /// Ends the neighbour at once.
    package func stopNeighbour() {
        neighbour?.signal(SIGKILL)
        neighbour?.wait()
        neighbour = nil
    }

    private static func neighbourConfiguration(_ routes: [String: Int]) -> String {
        return """
            router id 127.0.0.2;
            protocol device { }
            \(BIRDStatics(routes).text)
            protocol bgp monitored {
              local 127.0.0.2 port 1179 as \(neighbourNumber);
              neighbor 127.0.0.1 as \(number);
              multihop;
              connect delay time 1;
              error wait time 1, 2;
              ipv4 { export all; import none; next hop address \(address); };
              ipv6 { export all; import none; next hop address fd54::2; };
            }

            """
    }

    /// What FRR, monitored, wrote of its table and of the UPDATEs that it heard, as MRT.
    package var dumps: [URL] {
        let files =
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "mrt" }.sorted { $0.path < $1.path }
    }

    /// What the program wrote.
    package var log: String {
        (try? String(contentsOf: folder.appendingPathComponent("output"), encoding: .utf8)) ?? ""
    }

    package func tearDown() {
        child?.signal(SIGKILL)
        child?.wait()
        child = nil
        stopNeighbour()
        namespace.endPrograms()
        namespace.remove()
        listenerNamespace.remove()
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: The programs

    private func reconfigure() throws(LaboratoryError) {
        switch software {
        case .bird:
            try write(birdConfiguration, to: "bird.conf")
            try run(["birdc", "-s", path("bird.ctl"), "configure"])
        case .frr:
            let known = Set(routes.keys)
            var lines = ["configure terminal", "router bgp \(Self.number)"]
            for (family, isSix) in [("ipv4", false), ("ipv6", true)] {
                lines.append("address-family \(family) unicast")
                lines += announced.subtracting(known).filter { $0.contains(":") == isSix }.map {
                    "no network \($0)"
                }
                lines += known.subtracting(announced).filter { $0.contains(":") == isSix }.map {
                    "network \($0)"
                }
                lines.append("exit-address-family")
            }
            announced = known
            try run(["vtysh", "--vty_socket", folder.path] + lines.flatMap { ["-c", $0] })
        case .exabgp, .gobgp: break
        }
    }

    /// Has ExaBGP say something, such as `withdraw route 192.0.2.0/24 next-hop 10.54.0.2`.
    package func say(_ lines: [String]) throws(LaboratoryError) {
        do {
            let pipe = try FileHandle(forWritingTo: URL(fileURLWithPath: path("exabgp.in")))
            try pipe.write(contentsOf: Data(lines.map { "\($0)\n" }.joined().utf8))
            try pipe.close()
        } catch { throw .program("exabgp: \(error)") }
    }

    /// What FRR was told to announce, which it takes differences to.
    var announced: Set<String> = []

    private func family(_ prefix: String) -> [String] { ["-a", prefix.contains(":") ? "ipv6" : "ipv4"] }

    private func run(_ arguments: [String]) throws(LaboratoryError) {
        let result = Command.run(namespace.inside(arguments))
        guard result.succeeded else {
            throw .program(arguments.joined(separator: " ") + ": " + result.complaint)
        }
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func write(_ text: String, to name: String) throws(LaboratoryError) {
        do { try text.write(toFile: path(name), atomically: true, encoding: .utf8) } catch {
            throw .missing(path(name))
        }
        chmod(path(name), 0o644)
    }
}
