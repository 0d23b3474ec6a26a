/// The configurations of the speakers.
extension RouteSpeaker {
    func sorted(_ isSix: Bool) -> [(key: String, value: Int?)] {
        routes.filter { $0.key.contains(":") == isSix }.sorted { $0.key < $1.key }
    }

    var birdConfiguration: String {
        """
        router id \(Self.address);
        protocol device { }
        \(BIRDStatics(routes).text)
        protocol bgp feed {
          local \(Self.address) as \(Self.number);
          neighbor \(Self.listener.address) port \(Self.listener.port) as \(Self.listener.number);
          connect delay time 1;
          error wait time 1, 2;
          graceful restart on;
          \(password.map { "password \"\($0)\";" } ?? "")
          ipv4 { export all; import none; next hop self; };
          ipv6 { export all; import none; next hop address fd54::2; };
        }

        """
    }

    var frrConfiguration: String {
        announced = Set(routes.keys)
        let networks = { (isSix: Bool) in self.sorted(isSix).map { "  network \($0.key)\n" }.joined() }
        let peer = "neighbor \(Self.listener.address)"
        guard !monitored else { return monitoredFRRConfiguration }
        return """
            router bgp \(Self.number)
             bgp router-id \(Self.address)
             no bgp ebgp-requires-policy
             no bgp network import-check
             bgp graceful-restart
             \(peer) remote-as \(Self.listener.number)
             \(peer) port \(Self.listener.port)
             \(peer) timers connect 1
            \(password.map { " \(peer) password \($0)\n" } ?? "") address-family ipv4 unicast
            \(networks(false)) exit-address-family
             address-family ipv6 unicast
              \(peer) activate
            \(networks(true)) exit-address-family

            """
    }

    /// What FRR tells of routes before its policy are those that it keeps for soft reconfiguration.
    private var monitoredFRRConfiguration: String {
        """
        dump bgp updates \(path("updates.mrt"))
        dump bgp routes-mrt \(path("table.mrt")) 2
        router bgp \(Self.number)
         bgp router-id \(Self.address)
         no bgp ebgp-requires-policy
         neighbor 127.0.0.2 remote-as \(Self.neighbourNumber)
         neighbor 127.0.0.2 port 1179
         neighbor 127.0.0.2 timers connect 1
         neighbor 127.0.0.2 ebgp-multihop
         neighbor 127.0.0.2 disable-connected-check
         address-family ipv4 unicast
          neighbor 127.0.0.2 soft-reconfiguration inbound
         exit-address-family
         address-family ipv6 unicast
          neighbor 127.0.0.2 activate
          neighbor 127.0.0.2 soft-reconfiguration inbound
         exit-address-family
         bmp targets afterglow
          bmp connect \(Self.listener.address) port 11019 min-retry 200 max-retry 1000
          bmp stats interval 1000
          bmp monitor ipv4 unicast pre-policy
          bmp monitor ipv6 unicast pre-policy
         exit

        """
    }

    /// Where it is monitored without graceful restart, in which GoBGP keeps a lost neighbour's end to itself.
    var gobgpConfiguration: String {
        let families = ["ipv4-unicast", "ipv6-unicast"].map { name in
            """
              [[neighbors.afi-safis]]
                [neighbors.afi-safis.config]
                  afi-safi-name = "\(name)"
                [neighbors.afi-safis.mp-graceful-restart.config]
                  enabled = \(!monitored)

            """
        }
        let monitor = """
            [[bmp-servers]]
              [bmp-servers.config]
                address = "\(Self.listener.address)"
                port = 11019
                route-monitoring-policy = "pre-policy"

            """
        return """
            [global.config]
              as = \(Self.number)
              router-id = "\(Self.address)"
              port = \(monitored ? 179 : -1)
            \(monitored ? monitor : "")[[neighbors]]
              [neighbors.config]
                neighbor-address = "\(monitored ? "127.0.0.2" : Self.listener.address)"
                peer-as = \(monitored ? Self.neighbourNumber : Self.listener.number)
            \(password.map { "    auth-password = \"\($0)\"\n" } ?? "")\
              [neighbors.timers.config]
                connect-retry = 1
                idle-hold-time-after-reset = 1
              [neighbors.transport.config]
                remote-port = \(monitored ? 179 : Self.listener.port)
                passive-mode = \(monitored)
              [neighbors.graceful-restart.config]
                enabled = \(!monitored)
                restart-time = 30
            \(families.joined())
            """
    }

    func exabgpRoute(_ prefix: String, from origin: Int?) -> String {
        let path = origin.map { " as-path [ \(Self.number) \($0) ]" } ?? ""
        return "route \(prefix) next-hop \(hop(prefix))\(path)"
    }

    func hop(_ prefix: String) -> String { prefix.contains(":") ? "fd54::2" : Self.address }

    var exabgpConfiguration: String {
        let lines = (sorted(false) + sorted(true)).map { "    \(exabgpRoute($0.key, from: $0.value));\n" }
        return """
            process control {
              run /bin/sh -c "while true; do cat \(path("exabgp.in")); done";
              encoder text;
            }
            neighbor \(Self.listener.address) {
              api { processes [ control ]; }
              router-id \(Self.address);
              local-address \(Self.address);
              local-as \(Self.number);
              peer-as \(Self.listener.number);
            \(password.map { "  md5-password \"\($0)\";\n" } ?? "")\
              capability {
                graceful-restart 30;
              }
              family {
                ipv4 unicast;
                ipv6 unicast;
              }
              static {
            \(lines.joined())  }
            }

            """
    }
}
