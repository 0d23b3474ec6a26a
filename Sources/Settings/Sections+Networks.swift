import Primitives

extension Settings {
    static var routingSection: Section<Routing> {
        Section(
            defaults: Routing(),
            keys: [
                Key("tables", \.tables, tableSection.form.list),
                Key("names", \.names, Form<String>.path.optional),
                Key("origin-dns", \.originDNS, originSection.form.orOff),
                Key("bgp", \.bgp, bgpSection.form.orOff),
                Key("bmp", \.bmp, bmpSection.form.orOff),
            ])
    }

    private static var tableSection: Section<Table> {
        Section(
            defaults: Table(),
            keys: [
                Key("file", \.file, .path, required: true), Key("format", \.format, .choice, required: true),
            ])
    }

    private static var originSection: Section<OriginDNS> {
        Section(
            defaults: OriginDNS(),
            keys: [Key("v4", \.v4, .domain), Key("v6", \.v6, .domain), Key("as", \.asn, .domain)])
    }

    private static var bgpSection: Section<BGP> {
        Section(
            defaults: BGP(),
            keys: [
                Key("listen", \.listen, .endpoint(port: 179)),
                Key("asn", \.asn, asnForm, required: true),
                Key("router-id", \.routerID, .address, required: true),
                Key("neighbours", \.neighbours, neighbourSection.form.list),
            ]
        ) { $0.routerID.family == .ipv4 ? nil : "'router-id' must be an IPv4 address" }
    }

    private static var neighbourSection: Section<Neighbour> {
        Section(
            defaults: Neighbour(),
            keys: [
                Key("address", \.address, .address, required: true),
                Key("asn", \.asn, asnForm, required: true),
                Key("password", \.password, Form<String>.text.optional),
                Key("connect", \.connect, .toggle),
                Key("port", \.port, .number(1...65535)),
            ]
        ) {
            ($0.password?.utf8.count ?? 1) > 80 || $0.password?.isEmpty == true
                ? "'password' must have 1 to 80 octets" : nil
        }
    }

    private static var asnForm: Form<ASNumber> {
        let schema = Schema.any(of: [.type("integer"), .type("string")])
        return .scalar("an AS number such as 64512", schema: schema) { ASNumber($0) }
    }

    private static var bmpSection: Section<BMP> {
        Section(
            defaults: BMP(),
            keys: [
                Key("listen", \.listen, .endpoint(port: 11019)),
                Key("routers", \.routers, Form<Prefix>.prefix.list),
            ])
    }

    static var reachabilitySection: Section<Reachability> {
        Section(
            defaults: Reachability(),
            keys: [
                Key("database", \.database, Form<String>.text.orOff),
                Key("bucket", \.bucket, .duration),
                Key("retention", \.retention, retentionSection.form),
                Key("probes", \.probes, probesSection.form),
            ]
        ) { $0.bucket < .seconds(1) ? "'bucket' must be at least 1s" : nil }
    }

    private static var retentionSection: Section<Keeping> {
        Section(
            defaults: Keeping(),
            keys: [
                Key("observations", \.observations, .retention), Key("outages", \.outages, .retention),
                Key("size", \.size, Form<Int>.size.orOff),
            ]
        ) { ($0.size ?? .max) < 1 << 20 ? "'size' must be at least 1MiB" : nil }
    }

    private static var probesSection: Section<Probes> {
        Section(
            defaults: Probes(),
            keys: [Key("per-network-per-hour", \.perNetworkPerHour, .number(0...3600))])
    }
}
