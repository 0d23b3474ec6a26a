import GRDB
import Journal
import Primitives
import Reachability
import Testing

/// Events in the log: what is stored of them, their steps, and what a restart finds.
struct OutageRecordTests {
    private let log: Log

    init() throws { log = try Log() }

    @Test func `a restart in the middle of an event finds it with every field`() throws {
        let event = outage()
        let writer = log.writer()
        writer.record(event)
        #expect(writer.flush())
        #expect(log.writer().openOutages() == [event])
    }

    @Test func `the newest form of an event takes the place of the earlier one, its zones too`() throws {
        let writer = log.writer()
        var event = outage()
        writer.record(event)
        #expect(writer.flush())
        event.zonesLost = ["b.example."]
        event.zonesDegraded = ["a.example.", "d.example."]
        event.evidence.sent = 900
        writer.record(event)
        #expect(writer.flush())
        #expect(log.writer().openOutages() == [event])
    }

    @Test func `an event that ended is not found by a restart and stays in the log`() throws {
        let writer = log.writer()
        var event = outage()
        writer.record(event)
        event.end = Timestamp(seconds: 4000)
        event.state = .ended
        writer.record(event)
        #expect(writer.flush())
        #expect(log.writer().openOutages().isEmpty)
        #expect(try log.number("SELECT end_ms FROM outage") == 4_000_000)
    }

    @Test func `counters that grow are no step, a change of state, zones or confidence is`() throws {
        let writer = log.writer()
        var event = outage()
        for second in 0..<10 {
            log.setClock(100 + Int64(second))
            event.evidence.sent += 10
            event.confidence += 0.0001
            writer.record(event)
        }
        event.state = .recovering
        writer.record(event)
        #expect(writer.flush())
        log.setClock(120)
        event.zonesLost.append("z.example.")
        writer.record(event)
        #expect(writer.flush())
        #expect(try log.number("SELECT count(*) FROM outage_change") == 3)
        #expect(try log.number("SELECT zones_lost FROM outage_change WHERE ts = 120") == 3)
    }

    @Test func `of an event that changes without end the first step and the newest thousand remain`() throws {
        let writer = log.writer()
        var event = outage()
        for step in 0..<1500 {
            log.setClock(Int64(step))
            event.flaps = step
            writer.record(event)
            if step % 100 == 0 { #expect(writer.flush()) }
        }
        #expect(writer.flush())
        #expect(try log.number("SELECT count(*) FROM outage_change") == 1000)
        #expect(try log.number("SELECT min(flaps) FROM outage_change") == 0)
        #expect(try log.number("SELECT count(*) FROM outage_change WHERE flaps > 500") == 999)
    }

    @Test func `events end in the log when they are too old, and one that goes on stays`() throws {
        let writer = log.writer(outageSeconds: 86400)
        var old = outage()
        old.end = Timestamp(seconds: 5000)
        var open = outage(id: "other")
        open.start = Timestamp(seconds: 1)
        writer.record(old)
        writer.record(open)
        #expect(writer.flush())
        log.setClock(5000 + 86401)
        writer.record(open)
        #expect(writer.flush())
        #expect(try log.number("SELECT count(*) FROM outage") == 1)
        #expect(try log.number("SELECT count(*) FROM outage_zone WHERE outage <> 'other'") == 0)
        #expect(try log.number("SELECT count(*) FROM outage_change WHERE outage <> 'other'") == 0)
    }

    @Test func `an event recorded while the disk is full is stored once it is not`() throws {
        let writer = log.writer()
        writer.record(observation())
        #expect(writer.flush())
        writer.limit(pages: try log.number("PRAGMA page_count"))
        var event = outage()
        event.zonesLost = (0..<1000).map { "zone\($0).example." }.sorted()
        writer.record(event)
        #expect(!writer.flush())
        event.state = .recovering
        writer.record(event)
        #expect(!writer.flush())
        writer.limit(pages: nil)
        #expect(writer.flush())
        #expect(log.writer().openOutages() == [event])
        #expect(log.reports == [.failing(.diskFull), .recovered])
    }
}

/// An event with something in every field.
func outage(id: String = "1970-01-01T00:30:00Z/asn/AS5089/4") -> Outage {
    var outage = Outage(
        id: id, scope: .asn, key: "AS5089", family: .ipv4, kind: .networkAndNameServers, state: .down,
        start: Timestamp(milliseconds: 1_800_250))
    outage.asn = ASNumber(5089)
    outage.asName = "NTL, \"Virgin\" Media"
    outage.prefixes = ["62.253.162.0/24", "194.168.4.0/24"].compactMap { Prefix($0) }
    outage.startUncertainty = 12
    outage.fraction = 0.75
    outage.flaps = 2
    outage.confidence = 0.9812
    outage.evidence.serversSilent = 3
    outage.evidence.serversAnswering = 1
    outage.evidence.sent = 120
    outage.evidence.answered = 7
    outage.evidence.routes.withdrawnPrefixes = 2
    outage.evidence.routes.announcements = 4
    outage.evidence.routes.withdrawals = 31
    outage.zonesLost = ["virginmedia.com.", "virginmedia.net."]
    outage.zonesDegraded = ["a.example."]
    outage.ownNameServers = ["ns1.virginmedia.net.", "ns2.virginmedia.net."]
    outage.fallbackUsed.otherNetwork = 1
    outage.fallbackUsed.localCopy = 20
    outage.fallbackUsed.stale = 300
    outage.fallbackUsed.none = 4000
    outage.extendedErrors = [3, 22]
    return outage
}
