/// A network (AS) of the laboratory: a namespace and its link to the router.
package struct Network: Sendable {
    /// The third octet of its IPv4 prefix 10.53.N.0/24 and the second group of fd53:N::/64.
    package let number: Int
    /// The network's own namespace.
    package let namespace: Namespace
    private let router: Namespace
    private var port: String { "net\(number)" }

    /// Makes the namespace, links it to the router and gives it addresses.
    ///
    /// - Parameters:
    ///   - hosts: the last octets of the addresses inside.
    ///   - ipv4: false for a network that has IPv6 alone.
    package init(
        _ number: Int, hosts: [Int], router: Namespace, laboratory: String, ipv4: Bool = true
    ) throws(LaboratoryError) {
        self.number = number
        self.router = router
        namespace = try Namespace("net\(number)", laboratory: laboratory)
        try router.configure(
            "link", "add", port, "type", "veth", "peer", "name", "uplink", "netns", namespace.name)
        try namespace.configure("link", "set", "uplink", "up")
        try router.configure("link", "set", port, "up")
        for host in hosts {
            if ipv4 { try namespace.configure("addr", "add", "\(address(host))/24", "dev", "uplink") }
            try namespace.configure("addr", "add", "\(address6(host))/64", "dev", "uplink", "nodad")
        }
        try linkGateways(ipv4: ipv4)
    }

    /// The IPv4 address of a host inside.
    package func address(_ host: Int) -> String { "10.53.\(number).\(host)" }

    /// The IPv6 address of a host inside.
    package func address6(_ host: Int) -> String {
        number == 0 ? "fd53::\(host)" : "fd53:\(number)::\(host)"
    }

    /// Takes the router's end of the link down: the network has vanished.
    package func disconnect() throws(LaboratoryError) { try router.configure("link", "set", port, "down") }

    /// Brings the link up again, with the addresses that IPv6 loses with it.
    package func connect() throws(LaboratoryError) {
        try router.configure("link", "set", port, "up")
        try router.configure("addr", "replace", "\(address6(254))/64", "dev", port, "nodad")
    }

    /// Has the router swallow every packet to the network without a word: its routes are there and lead nowhere.
    ///
    /// Two halves, each more specific than the network's own route.
    package func swallow(ipv4: Bool = true, ipv6: Bool = true) throws(LaboratoryError) {
        for half in halves(ipv4: ipv4, ipv6: ipv6) {
            try router.configure(half.family, "route", "replace", "blackhole", half.prefix)
        }
    }

    /// Ends `swallow`.
    package func release(ipv4: Bool = true, ipv6: Bool = true) throws(LaboratoryError) {
        for half in halves(ipv4: ipv4, ipv6: ipv6) {
            try router.configure(half.family, "route", "del", "blackhole", half.prefix)
        }
    }

    private func halves(ipv4: Bool, ipv6: Bool) -> [(family: String, prefix: String)] {
        let half4 = ["10.53.\(number).0/25", "10.53.\(number).128/25"].map { ("-4", $0) }
        let half6 = ["fd53:\(number)::/65", "fd53:\(number)::8000:0:0:0/65"].map { ("-6", $0) }
        return (ipv4 ? half4 : []) + (ipv6 ? half6 : [])
    }

    private func linkGateways(ipv4: Bool) throws(LaboratoryError) {
        if ipv4 {
            try router.configure("addr", "add", "\(address(254))/24", "dev", port)
            try namespace.configure("route", "add", "default", "via", address(254))
        }
        try router.configure("addr", "add", "\(address6(254))/64", "dev", port, "nodad")
        try namespace.configure("-6", "route", "add", "default", "via", address6(254))
    }
}
