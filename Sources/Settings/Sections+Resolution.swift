import Primitives

extension Settings {
    static var resolverSection: Section<Resolver> {
        Section(
            defaults: Resolver(),
            keys: [
                Key("root-hints", \.rootHints, Form.path.optional),
                Key("upstream-port", \.upstreamPort, .number(1...65535)),
                Key("do-not-query", \.doNotQuery, Form.prefix.list),
                Key("special-use-names", \.specialUseNames, .toggle),
                Key("qname-minimisation", \.qnameMinimisation, .choice),
                Key("case-randomisation", \.caseRandomisation, .toggle),
                Key("ipv4", \.ipv4, .toggle),
                Key("ipv6", \.ipv6, ipv6Form),
                Key("error-reporting", \.errorReporting, .toggle),
                Key("query-budget", \.queryBudget, .number(1...100_000)),
                Key("client-deadline", \.clientDeadline, .duration),
            ])
    }

    private static var ipv6Form: Form<IPv6> {
        let schema = Schema.any(of: [.type("boolean"), .words(["on", "off", "auto"])])
        return .scalar("one of true, false, auto", schema: schema) { text in
            switch text.lowercased() {
            case "true", "on", "yes": .on
            case "false", "off", "no": .off
            case "auto": .auto
            default: nil
            }
        }
    }

    static var dnssecSection: Section<DNSSEC> {
        Section(
            defaults: DNSSEC(),
            keys: [
                Key("mode", \.mode, .choice),
                Key("trust-anchors", \.trustAnchors, Form.path.optional),
                Key("negative-anchors", \.negativeAnchors, negativeAnchor.list),
                Key("sha1", \.sha1, .toggle),
                Key("rsa-minimum-bits", \.rsaMinimumBits, .number(1024...4096)),
                Key("stale-after-expiry", \.staleAfterExpiry, .choice),
            ])
    }

    private static var negativeAnchor: Form<NegativeAnchor> {
        let section = Section(
            defaults: NegativeAnchor(),
            keys: [
                Key("name", \.name, .domain, required: true),
                Key("until", \.until, Form.time.optional),
            ])
        return Form.domain.map { NegativeAnchor(name: $0) }.orMapping(section.form)
    }

    static var forwardSection: Section<Forward> {
        Section(
            defaults: Forward(),
            keys: [
                Key("name", \.name, .domain, required: true),
                Key("to", \.to, Form.endpoint(port: 53).list, required: true),
                Key("first", \.first, .toggle),
            ]
        ) { $0.to.isEmpty ? "'to' is empty" : nil }
    }
}
