import Foundation
import Journal
import Primitives
import Reachability
import Routing
import Testing

/// What leaves the log: its fields, as the interface and the publishers of the other formats list them.
struct ExportTests {
    private let log: Log
    private let now = Timestamp(seconds: 10_000)

    init() throws { log = try Log() }

    private func lines(
        _ kind: ExportKind, _ format: ExportFormat, _ filter: LogFilter = LogFilter()
    ) throws -> [String] {
        try log.lines(kind, format, filter, now: now)
    }

    private func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    private func record(_ outages: Outage...) {
        let writer = log.writer()
        for outage in outages { writer.record(outage) }
        #expect(writer.flush())
    }

    @Test func `an outage line has the fields of the interface in their order, and names without final dot`()
        throws
    {
        record(outage())
        #expect(
            try lines(.outages, .jsonl) == [
                #"{"schema":1,"id":"1970-01-01T00:30:00Z/asn/AS5089/4","scope":"asn","key":"AS5089","#
                    + #""asn":5089,"as_name":"NTL, \"Virgin\" Media","#
                    + #""prefixes":["62.253.162.0/24","194.168.4.0/24"],"af":4,"#
                    + #""kind":"network-and-nameservers","state":"down","start":"1970-01-01T00:30:00Z","#
                    + #""end":null,"start_uncertainty_s":12,"fraction":0.75,"flaps":2,"confidence":0.9812,"#
                    + #""evidence":{"servers_silent":3,"servers_answering":1,"sent":120,"answered":7,"#
                    + #""bgp_withdrawn_prefixes":2,"bgp_announcements":4,"bgp_withdrawals":31},"#
                    + #""zones_lost":["virginmedia.com","virginmedia.net"],"zones_degraded":["a.example"],"#
                    + #""own_nameservers":["ns1.virginmedia.net","ns2.virginmedia.net"],"#
                    + #""fallback_used":{"other_network":1,"local_copy":20,"stale":300,"none":4000},"#
                    + #""ede_codes":[3,22]}"# + "\n"
            ])
    }

    @Test func `CSV has the same columns, groups and lists laid flat`() throws {
        record(outage())
        #expect(
            try lines(.outages, .csv) == [
                "schema,id,scope,key,asn,as_name,prefixes,af,kind,state,start,end,start_uncertainty_s,fraction,"
                    + "flaps,confidence,evidence.servers_silent,evidence.servers_answering,evidence.sent,"
                    + "evidence.answered,evidence.bgp_withdrawn_prefixes,evidence.bgp_announcements,"
                    + "evidence.bgp_withdrawals,zones_lost,zones_degraded,own_nameservers,"
                    + "fallback_used.other_network,fallback_used.local_copy,fallback_used.stale,"
                    + "fallback_used.none,ede_codes\n",
                "1,1970-01-01T00:30:00Z/asn/AS5089/4,asn,AS5089,5089,\"NTL, \"\"Virgin\"\" Media\","
                    + "62.253.162.0/24 194.168.4.0/24,4,network-and-nameservers,down,1970-01-01T00:30:00Z,,"
                    + "12,0.75,2,0.9812,3,1,120,7,2,4,31,virginmedia.com virginmedia.net,a.example,"
                    + "ns1.virginmedia.net ns2.virginmedia.net,1,20,300,4000,3 22\n",
            ])
    }

    @Test func `CODF has the fields of IODA's events`() throws {
        var ended = outage()
        ended.end = Timestamp(seconds: 5400)
        record(ended)
        let line = try #require(
            try lines(.outages, .codf, LogFilter(since: Timestamp(seconds: 2000))).first)
        let event = try object(line)
        #expect(
            Set(event.keys) == [
                "location", "start", "duration", "uncertainty", "method", "datasource", "status", "fraction",
                "score", "location_name", "overlaps_window",
            ])
        #expect(event["location"] as? String == "asn/5089")
        #expect(event["start"] as? Int == 1800)
        #expect(event["duration"] as? Int == 3600)
        #expect(event["score"] as? Double == 4500.0)
        #expect(event["datasource"] as? String == "resolver+bgp")
        #expect(event["overlaps_window"] as? Bool == true)
    }

    @Test func `Radar has the fields of its outage annotations`() throws {
        record(outage())
        let annotation = try object(try #require(try lines(.outages, .radar).first))
        #expect(
            Set(annotation.keys) == [
                "id", "asns", "asnsDetails", "dataSource", "description", "endDate", "eventType", "linkedUrl",
                "locations", "locationsDetails", "outage", "scope", "startDate",
            ])
        #expect(annotation["asns"] as? [Int] == [5089])
        let details = try #require(annotation["asnsDetails"] as? [[String: String]])
        #expect(details == [["asn": "5089", "name": "NTL, \"Virgin\" Media"]])
        #expect(annotation["eventType"] as? String == "OUTAGE")
        #expect(annotation["startDate"] as? String == "1970-01-01T00:30:00Z")
        #expect(annotation["endDate"] is NSNull)
        #expect(
            annotation["outage"] as? [String: String]
                == ["outageCause": "UNKNOWN", "outageType": "NETWORK"])
    }

    @Test func `an outage without an AS cannot be given as CODF, and is counted`() throws {
        var uplink = Outage(
            id: "uplink", scope: .uplink, key: "uplink", family: .ipv6, kind: .ownUplink, state: .down,
            start: Timestamp(seconds: 60))
        uplink.end = Timestamp(seconds: 90)
        record(uplink, outage())
        let reader = try JournalReader(path: log.path)
        let done = try reader.export(.outages, format: .codf, now: now) { _ in }
        #expect(done.records == 1)
        #expect(done.leftOut == 1)
        #expect(try lines(.outages, .jsonl).count == 2)
    }

    @Test func `since, until, AS and zone choose events that overlap`() throws {
        var early = outage(id: "early")
        early.start = Timestamp(seconds: 100)
        early.end = Timestamp(seconds: 200)
        early.asn = ASNumber(1)
        early.zonesLost = ["early.example."]
        record(early, outage(id: "late"))
        let at = { (seconds: Int64) in Timestamp(seconds: seconds) }
        let reader = try JournalReader(path: log.path)
        let found = { (filter: LogFilter) in
            var ids: [String] = []
            try reader.outages(filter) { ids.append($0.id) }
            return ids
        }
        #expect(try found(LogFilter()) == ["late", "early"])
        #expect(try found(LogFilter(until: at(1000))) == ["early"])
        #expect(try found(LogFilter(since: at(200), until: at(1000))) == ["early"])
        #expect(try found(LogFilter(since: at(201))) == ["late"])
        #expect(try found(LogFilter(asn: ASNumber(5089))) == ["late"])
        #expect(try found(LogFilter(zone: "early.example.")) == ["early"])
        #expect(try found(LogFilter(zone: "virginmedia.com.")) == ["late"])
    }

    @Test func `a route line has the fields of the interface, and one bucket's two halves are one line`()
        throws
    {
        let writer = log.writer()
        for (announcements, visible) in [(3, 10), (1, 4)] {
            var bucket = RouteBucket(
                start: Timestamp(seconds: 60), seconds: 60, asn: ASNumber(5089), asName: "NTL", family: .ipv4)
            bucket.announcements = announcements
            bucket.withdrawals = 20
            bucket.prefixesVisible = visible
            bucket.spaceVisible = visible * 256
            bucket.peers = 2
            writer.record(bucket)
        }
        #expect(writer.flush())
        #expect(
            try lines(.routes, .jsonl) == [
                #"{"schema":1,"ts":"1970-01-01T00:01:00Z","bucket_s":60,"asn":5089,"as_name":"NTL","af":4,"#
                    + #""announcements":4,"withdrawals":40,"prefixes_visible":4,"#
                    + #""slash24_or_48_visible":1024,"peers":2}"# + "\n"
            ])
        #expect(
            try lines(.routes, .csv).first
                == "schema,ts,bucket_s,asn,as_name,af,announcements,withdrawals,prefixes_visible,"
                + "slash24_or_48_visible,peers\n")
    }

    @Test func `what routing says of a prefix stands in the rows of servers and prefixes`() throws {
        let writer = JournalWriter(
            path: log.path, clock: { Timestamp(seconds: 60) },
            identify: { $0.map { .unknown(of: $0.server) } },
            visibility: { _ in RouteVisibility(isVisible: false, peersSeeing: 1, peersTotal: 4) },
            report: { _ in })
        writer.record(observation())
        #expect(writer.flush())
        let objects = try lines(.observations, .jsonl).map(object)
        #expect(objects.count == 3)
        for object in objects {
            let isUplink = object["scope"] as? String == "uplink"
            #expect(object["bgp_visible"] as? Int == (isUplink ? nil : 0))
            #expect(object["bgp_peers_seeing"] as? Int == (isUplink ? nil : 1))
            #expect(object["bgp_peers_total"] as? Int == (isUplink ? nil : 4))
        }
        #expect(RouteVisibility(.unknown) == nil)
        #expect(RouteVisibility(.covered(since: now))?.isVisible == false)
    }

    @Test func `text from outside cannot break a line`() throws {
        var hostile = outage()
        hostile.asName = "A\nB\r\"C\"\u{1}\\,é"
        record(hostile)
        let line = try #require(try lines(.outages, .jsonl).first)
        #expect(try object(line)["as_name"] as? String == hostile.asName)
        #expect(try lines(.outages, .csv).joined().contains("\"A\nB\r\"\"C\"\"\u{1}\\,é\""))
    }
}
