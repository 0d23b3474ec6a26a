import Auditing
import DNSWire
import Dashboard
import Foundation
import Journal
import Laboratory
import Primitives
import Testing

/// Audits over HTTP: the page and the interface for programs.
struct AuditPageTests {
    private let log: PageLog

    init() throws { log = try PageLog.shared.get() }

    private func json(_ target: String) async throws -> [String: Any] {
        let reply = await log.get(target)
        try #require(reply.status == 200, "\(String(decoding: reply.octets, as: UTF8.self))")
        return try #require(try JSONSerialization.jsonObject(with: Data(reply.octets)) as? [String: Any])
    }

    @Test func `without a zone it says what goes with each network, and how long the cache carries on`() async
    {
        let page = await log.text("/audit")
        #expect(page.contains("<a href=\"/audit\" aria-current=\"page\">Audit</a>"))
        #expect(page.contains("<form action=\"/audit\" method=\"get\">"))
        #expect(page.contains("<a href=\"/as/5089\">AS5089 NTL</a>"))
        #expect(page.contains("<a href=\"/zones/virginmedia.com\">virginmedia.com</a> (4 min)"))
        // A zone with servers in two networks goes with neither.
        #expect(!page.contains("both.example"))
        #expect(!page.contains("data-live"))
    }

    @Test func `an audit has the closure, cuts, losses with their runway, and findings`() async {
        let page = await log.text("/audit?zone=example.com")
        #expect(page.contains("<h2>example.com</h2>"))
        #expect(page.contains("The loss of AS5089 NTL, or of AS64500 "))
        #expect(
            page.contains("new names 15 min, hosts 1 min")
                && page.contains("new names not at all, hosts 1 min"))
        #expect(page.contains("CN04_IPV4_SAME_PREFIX") && page.contains("IPV4_ONE_ASN"))
        #expect(page.contains("status.example.com") && page.contains("192.0.2.0/24"))
        #expect(page.contains("<a href=\"/zones/virginmedia.com\">virginmedia.com</a>"))
        #expect(page.contains("href=\"/api/v1/audit?zone=example.com&amp;format=csv\""))
    }

    @Test(arguments: [
        "/audit", "/audit?zone=example.com", "/audit?zone=%3Cscript%3Ealert(1)%3C/script%3E.example",
        "/audit?zone=%22%3E%3Cimg+src=x%3E.example",
    ])
    func `names from the network and from the reader are text and nothing else`(_ target: String) async {
        let page = await log.text(target)
        #expect(!page.contains("<script>alert") && !page.contains("<img") && !page.contains("\u{202E}"))
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(page.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
    }

    @Test(arguments: [
        ("zone=com", 400, "top level"), ("zone=a..b", 400, "not a domain name"),
        ("zone=b%C3%BCcher.example", 400, "xn--"),
        ("zone=a.b+c.d+e.f&zone=g.h,i.j,k.l", 400, "5 zones at most"),
        ("zone=\(String(repeating: "a", count: 64)).example", 400, "not a domain name"),
        ("zone=busy.example", 429, "one audit runs at a time"),
        ("zone=x.example&colour=red", 400, "'colour'"),
        ("zone=x.example&limit=1", 400, "'limit'"),
    ])
    func `what cannot be audited is said with the way out, on the page and to programs`(
        _ query: String, _ status: Int, _ words: String
    ) async {
        for target in ["/audit?\(query)", "/api/v1/audit?\(query)"] {
            let reply = await log.get(target)
            let text = String(decoding: reply.octets, as: UTF8.self).replacing("&#39;", with: "'")
            #expect(reply.status == status && text.contains(words), "\(target): \(reply.status) \(text)")
            #expect(reply.headers.contains { $0.name == "retry-after" } == (status == 429))
        }
    }

    @Test(arguments: [("none.example", 404), ("late.example", 503), ("www.example.com", 404)])
    func `a zone without an audit has its reason`(_ zone: String, _ status: Int) async {
        let reply = await log.get("/api/v1/audit?zone=\(zone)")
        #expect(reply.status == status)
        let page = await log.get("/audit?zone=\(zone)+example.com")
        #expect(page.status == 200)
        #expect(String(decoding: page.octets, as: UTF8.self).contains("<h2>\(zone)</h2>\n<p><span"))
    }

    @Test func `other sites cannot begin an audit, and without a resolver there is none`() async throws {
        for site in ["cross-site", "same-site"] {
            let headers = ["sec-fetch-site": site]
            #expect(await log.get("/audit?zone=example.com", headers: headers).status == 403)
            #expect(await log.get("/api/v1/audit?zone=example.com", headers: headers).status == 403)
            #expect(await log.get("/audit", headers: headers).status == 200)
        }
        let alone = Site(database: log.path, clock: { PageLog.now })
        let request = try #require(WebRequest(target: "/audit?zone=example.com"))
        #expect(await alone.reply(to: request).status == 503)
        let page = await alone.reply(to: try #require(WebRequest(target: "/audit")))
        #expect(String(decoding: page.octets, as: UTF8.self).contains("There is no resolver here"))
    }

    @Test func `JSON is the line of the command, with what could not be audited beside it`() async throws {
        let zone = try #require(Name("example.com"))
        let known = try KnownZones(JournalReader(path: log.path), now: PageLog.now)
        let seen = SeenZones(known.zones, networks: known.networks)
        let line = String(decoding: try PageAudits.report(zone, seen).jsonLine.dropLast(), as: UTF8.self)
        let text = await log.text("/api/v1/audit?zone=example.com&zone=none.example")
        #expect(text.split(separator: "\n").dropFirst().first == "\(line)],")
        let found = try await json("/api/v1/audit?zone=example.com&zone=none.example")
        let problems = try #require(found["problems"] as? [[String: String]])
        #expect(problems == [["zone": "none.example", "detail": "cannot be audited: there is no such name"]])
        #expect((found["items"] as? [Any])?.count == 1 && found["next"] is NSNull)
    }

    @Test(.enabled(if: Command.exists("python3"), "SKIPPED without python3"))
    func `CSV has the findings, whatever is in them`() async throws {
        let file = log.directory.appendingPathComponent("findings.csv")
        try Data(await log.get("/api/v1/audit?zone=example.com&format=csv").octets).write(to: file)
        let run = Command.run([
            "python3", "-c",
            "import csv, sys; [print(r['zone'], r['severity'], r['tag']) for r in csv.DictReader(open(sys.argv[1]), strict=True)]",
            file.path,
        ])
        let zone = try #require(Name("example.com"))
        let expected = PageAudits.report(zone).findings.map {
            "example.com \($0.severity.rawValue) \($0.tag)\n"
        }
        #expect(run.output == expected.joined(), "\(run.complaint)")
    }

    @Test func `networks come in pages until all were given once`() async throws {
        var target: String? = "/api/v1/audit?limit=1"
        var networks: [String] = []
        while let next = target {
            let reply = await log.get(next)
            let page = try #require(
                try JSONSerialization.jsonObject(with: Data(reply.octets)) as? [String: Any])
            networks += (page["items"] as? [[String: Any]] ?? []).compactMap { $0["network"] as? String }
            let link = reply.headers.first { $0.name == "link" }?.value
            target = link.map { String($0.dropFirst().prefix { $0 != ">" }) }
        }
        #expect(networks == ["AS64500", "AS5089"])
        let table = await log.text("/api/v1/audit?format=csv")
        #expect(table.hasPrefix("schema,network,as_name,zone,cached_s\n"))
        #expect(table.contains("1,AS5089,NTL,virginmedia.com,240\n"))
    }
}
