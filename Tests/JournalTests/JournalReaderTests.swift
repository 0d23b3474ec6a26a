import Foundation
import Journal
import Primitives
import Reachability
import Testing

struct JournalReaderTests {
    @Test func `JSON Lines and CSV carry the same rows and the schema number`() throws {
        let log = try Log()
        let path = log.path
        let writer = JournalWriter(
            path: path, clock: { Timestamp(seconds: 60) },
            identify: {
                $0.map {
                    NetworkIdentity(
                        prefix: .standIn(for: $0.server), origins: [ASNumber(64500)], name: "A \"b\", c")
                }
            }, report: { _ in })
        let server = try #require(IPAddress("192.0.2.1"))
        writer.record(
            Observation(
                time: Timestamp(seconds: 60), server: server, zone: "example.", transport: .udp,
                outcome: .silent))
        #expect(writer.flush())
        let lines = try log.lines(.observations, .jsonl, in: path)
        let table = try log.lines(.observations, .csv, in: path)
        #expect(lines.count == 4)
        #expect(table.count == 5)
        for line in lines {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["schema"] as? Int == 1)
            #expect(object["ts"] as? String == "1970-01-01T00:01:00Z")
            #expect(object["timeouts"] as? Int == 1)
        }
        #expect(table.contains { $0.contains("\"A \"\"b\"\", c\"") })
        let ofZone = try log.lines(.observations, .jsonl, LogFilter(zone: "example."), in: path)
        #expect(ofZone.count == 1)
    }
}
