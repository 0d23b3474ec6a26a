import Foundation

/// Configuration files of primaries: transfers with the key, or to anybody on the loopback without one; NOTIFY to the
/// resolver at 127.0.0.1, from the primary's own address; updates from the loopback.
extension PrimaryServer {
    var configuration: String {
        switch software {
        case .bind: bind
        case .knot: knot
        case .nsd: nsd
        }
    }

    private var bind: String {
        let keyText = key.map {
            "key \"transfer-key\" { algorithm \($0.algorithm); secret \"\($0.secret)\"; };\n"
        }
        let allowed = key == nil ? "127.0.0.0/8" : "key transfer-key"
        let notified = key == nil ? "127.0.0.1" : "127.0.0.1 key transfer-key"
        return """
            options {
                directory "\(folder.path)";
                listen-on port 53 { \(address); };
                listen-on-v6 { none; };
                pid-file none;
                session-keyfile "\(folder.path)/session.key";
                recursion no;
                dnssec-validation no;
                notify explicit;
                notify-source \(address);
                notify-delay 0;
            };
            controls { };

            """ + (keyText ?? "")
                + origins.map { origin in
                    """
                    zone "\(origin)" {
                        type primary;
                        file "\(file(origin).path)";
                        allow-update { 127.0.0.0/8; };
                        allow-transfer { \(allowed); };
                        also-notify { \(notified); };
                    };

                    """
                }.joined()
    }

    private var knot: String {
        let keyText = key.map {
            """
            key:
              - id: transfer-key
                algorithm: \($0.algorithm)
                secret: \($0.secret)

            """
        }
        let byKey = key == nil ? "address: 127.0.0.0/8" : "key: transfer-key"
        let signed = key == nil ? "" : "    key: transfer-key\n"
        return """
            server:
                listen: [ \(address)@53 ]
                rundir: "\(folder.path)"
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
            log:
              - target: stderr
                any: info
            database:
                storage: "\(folder.path)"

            """ + (keyText ?? "") + """
                remote:
                  - id: resolver
                    address: 127.0.0.1@53
                    via: \(address)
                \(signed)acl:
                  - id: transfers
                    action: transfer
                    \(byKey)
                  - id: updates
                    action: update
                    address: 127.0.0.0/8
                zone:

                """
                + origins.map { origin in
                    """
                      - domain: \(origin)
                        file: \(file(origin).path)
                        semantic-checks: off
                        zonefile-sync: -1
                        notify: resolver
                        acl: [ transfers, updates ]

                    """
                }.joined()
    }

    private var nsd: String {
        let keyText = key.map {
            """
            key:
                name: "transfer-key"
                algorithm: \($0.algorithm)
                secret: "\($0.secret)"

            """
        }
        let name = key == nil ? "NOKEY" : "transfer-key"
        return """
            server:
                ip-address: \(address)
                server-count: 1
                username: ""
                database: ""
                zonesdir: "\(folder.path)"
                pidfile: "\(folder.path)/nsd.pid"
                xfrdfile: "\(folder.path)/xfrd.state"
                zonelistfile: "\(folder.path)/zone.list"
                xfrdir: "\(folder.path)"
                rrl-ratelimit: 0
            remote-control:
                control-enable: no

            """ + (keyText ?? "")
                + origins.map { origin in
                    """
                    zone:
                        name: \(origin)
                        zonefile: \(file(origin).path)
                        provide-xfr: 127.0.0.0/8 \(name)
                        notify: 127.0.0.1 \(name)
                        outgoing-interface: \(address)

                    """
                }.joined()
    }
}
