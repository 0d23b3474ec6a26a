import AfterglowDaemon
import EventLoop
import Primitives
import Reachability
import Testing

@Suite("The watch for outages") struct OutageWatchTests {
    @Test("When nothing is reported it rests, and a report is taken in soon all the same")
    func rest() async throws {
        let (zones, zone) = AsyncStream.makeStream(of: ZoneServers.self)
        var pace = OutageWatch.Pace()
        pace.interval = .milliseconds(1)
        pace.rest = .seconds(3600)
        pace.roundsUntilRest = 3
        let loop = try EventLoop(name: "watch")
        loop.start()
        let watch = OutageWatch(
            detector: OutageDetector(), loop: loop, identify: { $0.map { .unknown(of: $0.server) } },
            identifyAddress: { .unknown(of: $0) },
            log: OutageWatch.Log(
                observations: { _ in }, zone: { zone.yield($0) }, services: { _ in }, outage: { _ in },
                dropped: { _ in }),
            pace: pace)
        watch.start { _ in }
        while !watch.isResting { await Task.yield() }
        let reported = ZoneServers(zone: "example.", servers: [], time: Timestamp(milliseconds: 0))
        watch.record(reported)
        #expect(await zones.first { _ in true }?.zone == reported.zone)
        watch.stop()
    }
}
