import Foundation
import Journal
import Primitives
import Reachability
import Testing

/// What a start finds of the servers and zones of an earlier run.
struct RecallTests {
    private let log: Log
    private let now = Timestamp(seconds: 1000)

    init() throws { log = try Log() }

    private func zone(_ name: String, _ servers: [(String, String)], at seconds: Int64 = 60) throws
        -> ZoneServers
    {
        ZoneServers(
            zone: name,
            servers: try servers.map {
                ZoneServers.Server(name: $0.0, address: try #require(IPAddress($0.1)))
            }, time: Timestamp(seconds: seconds))
    }

    @Test func `servers come back with network, zones, names and beliefs`() throws {
        let writer = log.writer()
        let answer = Observation.Outcome.answered(rcode: 0, roundTrip: .milliseconds(20))
        for second in 0..<30 { writer.record(observation(answer, at: Int64(second))) }
        writer.record(observation(at: 40))
        writer.record(
            try zone("other.example.", [("ns1.example.", "192.0.2.1"), ("ns2.example.", "192.0.2.9")]))
        #expect(writer.flush())
        let servers = log.writer().knownServers(now: now)
        let server = try #require(servers.first)
        #expect(servers.count == 1)
        #expect(server.address == IPAddress("192.0.2.1"))
        #expect(server.network.prefix == Prefix("192.0.2.0/24"))
        #expect(server.network.origins == [ASNumber(64500)])
        #expect(server.network.name == "EXAMPLE")
        #expect(server.zones == ["example.", "other.example."])
        #expect(server.names == ["ns1.example."])
        #expect(server.beliefs[.udp]?.observations == 31)
        #expect(server.lastSeen == Timestamp(seconds: 40))
        #expect(server.lastAnswer == Timestamp(seconds: 29))
    }

    @Test func `zones come back with their name servers, the newest first`() throws {
        let writer = log.writer()
        let old = try zone("a.example.", [("ns1.example.", "192.0.2.1")], at: 50)
        let new = try zone("b.example.", [("ns1.example.", "192.0.2.1"), ("ns2.example.", "2001:db8::2")])
        writer.record(old)
        writer.record(new)
        #expect(writer.flush())
        #expect(log.writer().knownZones(now: now) == [new, old])
        #expect(log.writer().knownZones(now: Timestamp(seconds: 60 + JournalWriter.memory)) == [new])
    }

    @Test func `the detector gets servers, zones, and events that go on or ended a moment ago`() throws {
        let writer = log.writer()
        writer.record(observation(at: 40))
        writer.record(try zone("example.", [("ns1.example.", "192.0.2.1")]))
        for (id, end) in [("open", nil), ("just", 800), ("old", 600)] as [(String, Int64?)] {
            var event = outage(id: id)
            event.end = end.map { Timestamp(seconds: $0) }
            writer.record(event)
        }
        #expect(writer.flush())
        let memory = log.writer().detectorMemory(now: now)
        #expect(memory.servers.map(\.zone) == ["example."])
        #expect(memory.servers.first?.udp.observations == 1)
        #expect(memory.zones.map(\.zone) == ["example."])
        #expect(memory.outages.map(\.id) == ["just", "open"])
    }

    @Test func `a log that cannot be opened recalls nothing`() throws {
        let writer = JournalWriter(
            path: log.directory.path, identify: { $0.map { .unknown(of: $0.server) } }, report: { _ in })
        #expect(writer.openOutages().isEmpty)
        #expect(writer.knownServers(now: now).isEmpty)
        #expect(writer.knownZones(now: now).isEmpty)
    }
}
