/// The configuration files that fit the laboratory's Internet.
struct ResolverConfiguration {
    let hints: String
    let origins: String
    let folder: String
    let ipv4: Bool
    var routing = ""
    var listen = ["127.0.0.1", "::1"]
    /// The networks that are answered; none for what the program does without being told.
    var allow = ["127.0.0.0/8", "::1/128"]
    /// Whether the resolver keeps a reachability log.
    var keepsLog = true

    /// The text for a program. The laboratory's root is unsigned, so that validation is off.
    func text(for software: ResolverProcess.Software) -> String {
        switch software {
        case .afterglow: afterglow
        case .unbound: unbound
        case .knotResolver: knotResolver
        }
    }

    private var afterglow: String {
        """
        listen: [\(listen.map { "{ address: \"\($0)\", port: 53 }" }.joined(separator: ", "))]
        \(access)
        state-directory: \(folder)
        resolver:
          root-hints: \(hints)
          upstream-port: 53
          special-use-names: false
          ipv4: \(ipv4)
          ipv6: true
        dnssec: { mode: off }
        routing:
          tables: [{ file: \(origins), format: iptoasn }]
          origin-dns: off
        \(routing.isEmpty ? "" : "  " + routing)
        reachability:
          database: \(keepsLog ? "reachability.sqlite" : "off")
          bucket: 1s
        http: off

        """
    }

    private var knotResolver: String {
        """
        net.ipv4 = \(ipv4)
        net.listen('127.0.0.1', 53)
        trust_anchors.remove('.')
        -- The laboratory's names end in test., which its policy would deny.
        modules.unload('policy')
        modules = { 'hints > iterate', 'serve_stale < cache' }
        hints.root_file('\(hints)')
        cache.open(64 * MB, 'lmdb://\(folder)')

        """
    }

    private var access: String {
        let networks = allow.map { "\"\($0)\"" }.joined(separator: ", ")
        return networks.isEmpty ? "" : "access: { allow: [\(networks)] }"
    }

    private var unbound: String {
        """
        server:
            interface: 127.0.0.1
            interface: ::1
            access-control: 127.0.0.0/8 allow
            access-control: ::1 allow
            do-ip4: \(ipv4 ? "yes" : "no")
            do-ip6: yes
            \(UnboundConfiguration.alone(in: folder))
            module-config: "iterator"
            root-hints: "\(hints)"
            local-zone: "test." nodefault
            ede: yes
            serve-expired: yes
            serve-expired-client-timeout: 1800
            ede-serve-expired: yes
        remote-control:
            control-enable: no

        """
    }
}
