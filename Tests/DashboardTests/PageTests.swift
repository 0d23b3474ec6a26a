import Dashboard
import Foundation
import Journal
import Primitives
import Reachability
import Testing

/// What people read: each page by its words.
struct PageTests {
    private let log: PageLog

    init() throws { log = try PageLog.shared.get() }

    @Test
    func `the first page says what is out since when, that it is not us, whom it hits and what clients get`()
        async
    {
        let page = await log.text("/")
        #expect(page.contains("is out since 05:00Z"))
        #expect(page.contains("It is not us: others answer, 20 of 40 exchanges"))
        #expect(page.contains("1 zone lost, 1 zone degraded"))
        #expect(page.contains("60 from another network, 20 from a local copy, 40 stale"))
        #expect(page.contains("the network is away, and its operator&#39;s own name servers with it"))
        #expect(page.contains("<dt>At risk: some do not answer</dt><dd><a href=\"/zones/both.example\">"))
    }

    @Test(arguments: [
        "/", "/outages", "/outages/\(PageLog.hostileID)", "/networks", "/as/64500", "/zones",
        "/zones/both.example",
        "/servers/198.51.100.1",
    ])
    func `names from the network are text and nothing else`(_ target: String) async {
        let page = await log.text(target)
        #expect(!page.contains("<script>alert"))
        #expect(!page.contains("\u{202E}"))
        // The one script is a file of our own, and nothing is styled in place.
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(!page.contains(" style=") && !page.contains("<style") && !page.contains(" onclick="))
        #expect(page.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
    }

    @Test func `a page of an outage has its evidence, how it went, and its chart`() async {
        let page = await log.text("/outages/\(PageLog.openID)")
        #expect(page.contains("2 of 2 name servers silent, 0 of 120 exchanges answered"))
        #expect(page.contains("1 prefix withdrawn from BGP (30 withdrawals, 0 announcements)"))
        #expect(page.contains("Sure to 99 %"))
        #expect(page.contains("± 5 s, for 1 h so far;"))
        #expect(page.contains("data-outage=\"\(PageLog.openID)\""))
        #expect(page.contains("<dd>ns1.virginmedia.com</dd>"))
    }

    @Test func `networks are found by number, name, prefix and address`() async {
        for (search, isFound) in [
            ("5089", true), ("AS5089", true), ("ntl", true), ("192.0.2", true), ("192.0.2.77", true),
            ("64500", false), ("nobody", false),
        ] {
            let page = await log.text("/networks?q=\(search)")
            #expect(page.contains("192.0.2.0/24") == isFound, "\(search)")
        }
    }

    @Test func `zones are found by a part of their name, and say whether they are lost`() async {
        let page = await log.text("/zones?q=EXAMPLE")
        #expect(page.contains("/zones/both.example\""))
        let single = await log.text("/zones?q=well")
        #expect(single.contains("well.example") && !single.contains("both.example"))
        let zone = await log.text("/zones/VirginMedia.com")
        #expect(zone.contains("None of its name servers can be reached."))
        #expect(await log.text("/zones/well.example").contains("it goes when that goes"))
    }

    @Test func `the link to a zone with odd characters leads to it`() async {
        let list = await log.text("/zones?q=bold")
        #expect(list.contains("/zones/%5C%3Cb%5C%3Ebold.example\""))
        let reply = await log.get("/zones/%5C%3Cb%5C%3Ebold.example")
        #expect(reply.status == 200)
    }

    @Test func `the length of a chart is chosen by links`() async {
        let page = await log.text("/as/5089?span=6h")
        #expect(page.contains("<a href=\"/as/5089?span=6h#chart\" aria-current=\"true\">6h</a>"))
        #expect(page.contains("in columns of 1 min"))
    }

    @Test func `the chart of a zone has what its name servers answered`() async {
        let page = await log.text("/zones/both.example?span=6h")
        #expect(page.contains("<path class=\"now\""))
        #expect(page.components(separatedBy: "class=\"strip\"").count == 3)
    }

    @Test func `older outages follow page by page, also when many began in one second`() async throws {
        let path = log.directory.appendingPathComponent("many.sqlite").path
        let writer = JournalWriter(
            path: path, clock: { PageLog.now }, identify: { $0.map { .unknown(of: $0.server) } },
            report: { _ in })
        for number in 0..<130 {
            let start = Timestamp(seconds: PageLog.now.seconds - 7200 - Int64(number / 125))
            var outage = Outage(
                id: "outage-\(number)", scope: .server, key: "192.0.2.1", family: .ipv4,
                kind: .nameServersOnly,
                state: .ended, start: start)
            outage.end = Timestamp(seconds: PageLog.now.seconds - 3600)
            writer.record(outage)
        }
        #expect(writer.flush())
        let site = Site(database: path, clock: { PageLog.now })
        var found: [String] = []
        var target: String? = "/outages?since=7d"
        while let next = target, found.count <= 130 {
            let reply = await site.reply(to: try #require(WebRequest(target: next)))
            let page = String(decoding: reply.octets, as: UTF8.self)
            found += page.matches(of: #/href="/outages/(outage-[0-9]+)"/#).map { String($0.output.1) }
            target = page.firstMatch(of: #/href="([^"]+)">Older ones/#).map {
                String($0.output.1).replacing("&amp;", with: "&")
            }
        }
        #expect(found.count == 130 && Set(found).count == 130)
        #expect(target == nil)
        let wrong = await site.reply(to: try #require(WebRequest(target: "/outages?after=dHg")))
        #expect(wrong.status == 400)
    }

    @Test(arguments: [
        ("/nothing", 404), ("/outages/none", 404), ("/zones/none.example", 404), ("/as/x", 404),
        ("/servers/203.0.113.1", 404), ("/outages?since=x", 400), ("/zones?after=%21", 400),
    ])
    func `what is not there is said on a page`(_ target: String, _ status: Int) async {
        let reply = await log.get(target)
        #expect(reply.status == status)
        #expect(String(decoding: reply.octets, as: UTF8.self).contains("<h1>"))
    }

    @Test func `before anything was recorded the page says so`() async throws {
        let site = Site(database: log.directory.appendingPathComponent("none.sqlite").path)
        let reply = await site.reply(to: try #require(WebRequest(target: "/")))
        #expect(reply.status == 503)
        #expect(String(decoding: reply.octets, as: UTF8.self).contains("nothing has been recorded yet"))
    }

    @Test(arguments: ["/", "/outages", "/zones", "/as/64500", "/api/v1/outages", "/api/v1/networks"])
    func `where the log is off that is said, and how to have one`(_ target: String) async throws {
        let reply = await Site(database: nil).reply(to: try #require(WebRequest(target: target)))
        #expect(reply.status == 503)
        let text = String(decoding: reply.octets, as: UTF8.self)
        #expect(text.contains("The log is off") && text.contains("reachability.database"))
    }

    @Test(arguments: ["/metrics", "/healthz", "/audit", "/api/v1/openapi.json"])
    func `what needs no log is there without one`(_ target: String) async throws {
        let reply = await Site(database: nil).reply(to: try #require(WebRequest(target: target)))
        #expect(reply.status == 200)
    }
}
