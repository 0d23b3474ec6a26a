import Auditing
import DNSWire
import Journal
import Primitives

/// Audits of the zones that were asked for, and what a loss of each network would take down among those seen lately.
struct AuditPage {
    /// Networks that have a row.
    private static let shown = 50

    let request: WebRequest
    let reports: [AuditOutcome]
    let seen: SeenZones
    let runway: @Sendable (String) -> UInt32?
    /// Whether there is a resolver that asks.
    let canAudit: Bool

    var markup: Markup {
        PageFrame(title: "Audit", place: .audit).around(
            """
            <h1>Audit</h1>
            <p>What a zone depends on, and how little has to be lost to take it down.</p>
            \(canAudit ? form : "<p>There is no resolver here that could ask; what its log has seen is below.</p>\n")\
            \(reports.map(section))\(shares)
            """)
    }

    private var form: Markup {
        let zones = request.query.filter { $0.name == "zone" }.map(\.value).joined(separator: " ")
        return """
            <form action="/audit" method="get">
            <label class="wide">Zones, \(AuditRequest.zonesMax) at most <input name="zone" value="\(zones)" placeholder="example.com example.net" \
            autocapitalize="none" autocomplete="off" spellcheck="false"></label>
            <button>Audit</button>
            </form>
            <p>Name servers are asked, one look-up after the other: this may take half a minute.</p>

            """
    }

    private func section(_ outcome: AuditOutcome) -> Markup {
        let name = outcome.zone.withoutFinalDot
        switch outcome.result {
        case .failure(let problem):
            return
                "<section><h2>\(name)</h2>\n<p>\(Parts.state("unknown")) It \(problem.description).</p></section>\n"
        case .success(let report):
            return AuditSection(report: report).markup
        }
    }

    private var shares: Markup {
        guard !seen.shares.isEmpty else {
            return
                "<section><h2>Zones seen lately</h2>\n<p>None of them depends on one network, as far as is known.</p></section>\n"
        }
        let rows = seen.shares.prefix(Self.shown).map { share -> [Markup] in
            [
                AuditSection.link(share.network, share.name), "\(share.zones.count)",
                Parts.list(share.zones.map(zone), shown: 6),
            ]
        }
        let more: Markup? =
            seen.shares.count > Self.shown
            ? "<p>Of \(seen.shares.count) networks the first \(Self.shown) are shown; <a href=\"/api/v1/audit?limit=1000\">all of them as JSON</a>.</p>\n"
            : nil
        return """
            <section><h2>What the loss of a network takes down</h2>
            <p>Zones seen in the last seven days whose name servers are all in one network; behind each, how long the zone itself or its \
            www would still be answered out of this cache.</p>
            \(Parts.table("Networks and the zones that go with them", ["Network", "Zones", "Which"], rows))\(more)</section>

            """
    }

    private func zone(_ name: String) -> Markup {
        let left = runway(name).map { " (\(Chart.duration(Int64($0))))" }
        return "\(Parts.zone(name))\(left ?? "")"
    }
}

/// One audit on its page.
struct AuditSection {
    /// Sets of a cut, and other names, that are told.
    private static let told = 6

    let report: AuditReport

    private var words: AuditWords { AuditWords(report) }

    var markup: Markup {
        let name = report.zone.withoutFinalDot
        let query = WebRequest.encode(name)
        return """
            <section><h2>\(name)</h2>
            <p class="lead">\(Parts.state(report.isAtRisk ? "at risk" : "spread")) \(Self.sentence(words.verdict)).</p>
            <h3>The fewest whose loss takes it down</h3>
            \(Parts.table("Smallest cuts", ["Of", "By", "Number", "Which"], cuts))
            <h3>What the loss of one network takes down</h3>
            \(Parts.table("Losses", ["Network", "Zones", "Hosts", "This cache carries on", "Seen lately"], losses))
            <h3>Findings</h3>
            \(findings)
            <h3>What it depends on</h3>
            \(Parts.table("Name servers and hosts", ["Zone or host", "Server", "Address", "Prefix", "Network", "Cached for"], dependencies))
            <p><a href="/api/v1/audit?zone=\(query)">This audit as JSON</a> · \
            <a href="/api/v1/audit?zone=\(query)&amp;format=csv">its findings as CSV</a></p></section>

            """
    }

    /// A network as a link to its page.
    static func link(_ element: FailureElement, _ name: String?) -> Markup {
        switch element {
        case .network(let number): Parts.network(number, name)
        case .prefix, .server: "\(element.text) of no known AS"
        }
    }

    private static func sentence(_ words: String) -> String {
        words.prefix(1).uppercased() + words.dropFirst()
    }

    private var cuts: [[Markup]] {
        report.cuts.map { cut in
            (AuditWords.head(of: cut) + [words.sets(of: cut, told: Self.told)]).map { "\($0)" as Markup }
        }
    }

    private var losses: [[Markup]] {
        report.losses.map { loss in
            [
                Self.link(loss.network, loss.name), names(loss.zones), names(loss.hosts),
                "\(words.runway(of: loss, duration: Chart.duration))",
                loss.seen.isEmpty ? "–" : Parts.list(loss.seen.map(Parts.zone), shown: Self.told),
            ]
        }
    }

    private var findings: Markup {
        guard !report.findings.isEmpty else { return "<p>There is none.</p>\n" }
        let rows = report.findings.map { finding -> [Markup] in
            ["\(finding.tag)", Parts.severity(finding.severity.rawValue), "\(finding.text)"]
        }
        return Parts.table("Findings", ["Finding", "Level", "What"], rows)
    }

    private var dependencies: [[Markup]] {
        words.zones.flatMap { zone in
            zone.servers.flatMap {
                rows(zone.name.withoutFinalDot, $0.name.withoutFinalDot, $0.addresses, min(zone.ttl, $0.ttl))
            }
        } + report.hosts.flatMap { rows($0.name.withoutFinalDot, "–", $0.addresses, $0.ttl) }
    }

    private func rows(
        _ first: String, _ server: String, _ addresses: [DependencyGraph.Address], _ ttl: UInt32
    )
        -> [[Markup]]
    {
        guard !addresses.isEmpty else { return [["\(first)", "\(server)", "none", "–", "–", "–"]] }
        return addresses.map { address in
            [
                "\(first)", "\(server)", Parts.server(address.address.description),
                Parts.whole(address.network.prefix.description), network(of: address),
                Parts.whole(Chart.duration(Int64(ttl))),
            ]
        }
    }

    private func network(of address: DependencyGraph.Address) -> Markup {
        let origins = address.network.origins
        guard let first = origins.first else { return "unknown" }
        guard origins.count == 1 else { return "\(AuditWords.network(of: address))" }
        return Parts.network(first, address.network.name)
    }

    private func names(_ names: [Name]) -> Markup {
        names.isEmpty ? "–" : Parts.list(names.map { "\($0.withoutFinalDot)" }, shown: Self.told)
    }
}
