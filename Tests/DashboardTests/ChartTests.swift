import Dashboard
import Foundation
import FoundationXML
import Journal
import Primitives
import Reachability
import Routing
import Testing

/// The chart of one AS, by its structure: what is drawn, where, and in which words.
struct ChartTests {
    private let start: Int64 = 1_680_566_400
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    /// Six hours of an AS whose two servers fall silent in the third hour.
    private func fill(withRoutes: Bool = true) {
        let start = start
        let writer = JournalWriter(
            path: path, clock: { Timestamp(seconds: start + 6 * 3600) },
            identify: {
                $0.map {
                    NetworkIdentity(
                        prefix: .standIn(for: $0.server), origins: [ASNumber(5089)], name: "NTL <&> \"Media\""
                    )
                }
            }, report: { _ in })
        for minute in Int64(0)..<360 {
            let time = Timestamp(seconds: start + minute * 60)
            let isAway = (120..<180).contains(minute)
            for host in UInt32(1)...2 {
                writer.record(
                    Observation(
                        time: time, server: IPAddress(ipv4: 0xC000_0200 + host), zone: "example.",
                        transport: .udp,
                        outcome: isAway ? .silent : .answered(rcode: 0, roundTrip: .milliseconds(20))))
            }
            writer.record(ClientService(time: time, zone: "example.", servedFrom: isAway ? .stale : .fresh))
            guard withRoutes else { continue }
            var bucket = RouteBucket(start: time, seconds: 60, asn: ASNumber(5089), family: .ipv4)
            bucket.withdrawals = minute == 120 ? 30 : 0
            bucket.announcements = minute == 180 ? 30 : 0
            bucket.spaceVisible = isAway ? 0 : 256
            writer.record(bucket)
        }
        var outage = Outage(
            id: "event", scope: .asn, key: "AS5089", family: .ipv4, kind: .networkAndNameServers,
            state: .ended,
            start: Timestamp(seconds: start + 7200))
        outage.asn = ASNumber(5089)
        outage.asName = "NTL <&> \"Media\""
        outage.end = Timestamp(seconds: start + 10800)
        outage.startUncertainty = 60
        outage.confidence = 0.998
        outage.zonesLost = ["example."]
        writer.record(outage)
        #expect(writer.flush())
    }

    private func chart(from: Int64 = 0, to: Int64 = 6 * 3600, asn: UInt32 = 5089) throws -> XMLElement {
        let span = Timestamp(seconds: start + from)..<Timestamp(seconds: start + to)
        let data = try ChartData(reading: JournalReader(path: path), .network(ASNumber(asn)), span: span)
        return try #require(try XMLDocument(xmlString: Chart(data).svg, options: []).rootElement())
    }

    private func elements(_ root: XMLElement, _ style: String) -> [XMLElement] {
        let children = (root.children ?? []).compactMap { $0 as? XMLElement }
        return children.filter { attribute($0, "class") == style } + children.flatMap { elements($0, style) }
    }

    private func attribute(_ element: XMLElement?, _ name: String) -> String? {
        (element?.attributes ?? []).first { $0.name == name }?.stringValue
    }

    private func number(_ element: XMLElement?, _ name: String) -> Double? {
        attribute(element, name).flatMap { Double($0) }
    }

    private func texts(_ root: XMLElement) -> [String] {
        (root.children ?? []).compactMap { $0 as? XMLElement }.flatMap { child in
            child.name == "text" ? [child.stringValue ?? ""] : texts(child)
        }
    }

    @Test func `an outage is shaded through all panels, from its start to its end`() throws {
        fill()
        let root = try chart()
        let bands = elements(root, "band")
        #expect(bands.count == 1)
        // The axis goes from 170 to 900; hours three to four of six.
        #expect(number(bands.first, "x") == 413.3)
        #expect(number(bands.first, "width") == 121.7)
        #expect(elements(root, "edge").count == 2)
        let service = elements(root, "stale").compactMap { number($0, "y") }.max() ?? 0
        let (top, height) = (number(bands.first, "y") ?? 0, number(bands.first, "height") ?? 0)
        #expect(top < 100 && top + height > service)
    }

    @Test func `each name server has a strip with a cell for each column, dark where nothing was answered`()
        throws
    {
        fill()
        let root = try chart()
        let strips = elements(root, "strip")
        #expect(strips.map { attribute($0, "data-server") } == ["192.0.2.1", "192.0.2.2"])
        for strip in strips {
            #expect(elements(strip, "s0").count == 300)
            #expect(elements(strip, "s4").count == 60)
        }
    }

    @Test func `withdrawals hang below the middle of their panel, announcements stand on it`() throws {
        fill()
        let root = try chart()
        let (up, down) = (elements(root, "announced"), elements(root, "withdrawn"))
        #expect(up.count == 1 && down.count == 1)
        #expect(number(down.first, "y") == (number(up.first, "y") ?? 0) + (number(up.first, "height") ?? 0))
        #expect(number(down.first, "x") == 413.3)
    }

    @Test func `what clients got fills its panel, fresh and stale`() throws {
        fill()
        let root = try chart()
        // One more of each is in the legend.
        #expect(elements(root, "fresh").count == 301)
        #expect(elements(root, "stale").count == 61)
    }

    @Test func `the event stands below in words, and names from outside are only text`() throws {
        fill()
        let root = try chart()
        // In lines that are no wider than the chart.
        #expect(
            texts(root).contains(
                "AS5089 IPv4 network-and-nameservers: 2023-04-04T02:00:00Z ±1 min to 2023-04-04T03:00:00Z, 1 h, "
                    + "confidence 99 %"))
        #expect(texts(root).contains("\u{2003}zones: 1 lost, 0 still answered"))
        #expect(texts(root).first == "AS5089 NTL <&> \"Media\"")
    }

    @Test func `the same time a day before is dotted below today's line`() throws {
        fill()
        let root = try chart(from: 86400, to: 86400 + 6 * 3600)
        #expect(elements(root, "earlier").count == 1)
        #expect(elements(root, "now").isEmpty)
        #expect(texts(root).contains("solid: now, dotted: a day before"))
    }

    @Test func `what the log does not have is said`() throws {
        fill(withRoutes: false)
        #expect(texts(try chart()).contains("no route feed"))
        let unknown = texts(try chart(asn: 1))
        #expect(unknown.contains("none seen") && unknown.contains("No outage in this time."))
    }
}
