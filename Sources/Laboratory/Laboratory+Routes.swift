import Foundation

/// BIRD on the laboratory's router, which tells the resolver which networks are routed.
extension Laboratory {
    /// What a resolver's configuration needs to hear it: the key `bgp` under `routing`, in one line.
    package static let routeFeed =
        "bgp: { listen: { address: 10.53.100.1, port: 179 }, asn: 64512, router-id: 10.53.100.1, "
        + "neighbours: [{ address: 10.53.100.254, asn: 64499 }] }"

    /// Networks 0 to 4 with their origins AS 64500 to 64504, both families.
    package static let allRoutes: [String: Int] = Dictionary(
        uniqueKeysWithValues: (0...4).flatMap { number in
            [
                ("10.53.\(number).0/24", 64500 + number),
                (number == 0 ? "fd53::/64" : "fd53:\(number)::/64", 64500 + number),
            ]
        })

    /// Announces exactly these prefixes, each with the AS that it comes from; starts BIRD the first time.
    package func announce(_ routes: [String: Int]) throws(LaboratoryError) {
        let file = try write(Self.birdConfiguration(routes), to: "bird.conf")
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        let control = folder.appendingPathComponent("bird.ctl").path
        if router(running: true) {
            try onRouter(["birdc", "-s", control, "configure"])
        } else {
            let output = folder.appendingPathComponent("bird.log")
            try startOnRouter(
                [
                    "bird", "-f", "-c", file, "-s", control, "-P",
                    folder.appendingPathComponent("bird.pid").path,
                ],
                output: output)
        }
    }

    private static func birdConfiguration(_ routes: [String: Int]) -> String {
        return """
            router id 10.53.100.254;
            protocol device { }
            \(BIRDStatics(routes).text)
            protocol bgp resolver {
              local 10.53.100.254 as 64499;
              neighbor 10.53.100.1 as 64512;
              connect delay time 1;
              error wait time 1, 2;
              ipv4 { export all; import none; next hop self; };
              ipv6 { export all; import none; next hop address fd53:100::254; };
            }

            """
    }
}
