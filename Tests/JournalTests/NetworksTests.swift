import Foundation
import Journal
import Primitives
import Reachability
import Testing

struct NetworksTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    private var path: String { directory.appendingPathComponent("log.sqlite").path }
    private let now: Int64 = 1_000_020

    /// A log of two networks: AS 64500 fell silent after ten minutes, AS 64501 answers.
    private func fill() throws -> JournalWriter {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let now = now
        let writer = JournalWriter(
            path: path, clock: { Timestamp(seconds: now) },
            identify: {
                $0.map { observation in
                    let isFirst = observation.server.description.hasPrefix("192.0.2.")
                    return NetworkIdentity(
                        prefix: .standIn(for: observation.server),
                        origins: [ASNumber(isFirst ? 64500 : 64501)], name: isFirst ? "FIRST" : "a \"b\", c")
                }
            }, report: { _ in })
        let answered = Observation.Outcome.answered(rcode: 0, roundTrip: .milliseconds(20))
        for (address, outcome, age) in [
            ("192.0.2.1", answered, Int64(1800)), ("192.0.2.2", .silent, 1200), ("192.0.2.1", .silent, 600),
            ("198.51.100.1", answered, 300),
        ] {
            writer.record(
                Observation(
                    time: Timestamp(seconds: now - age), server: try #require(IPAddress(address)),
                    zone: "example.", transport: .udp, outcome: outcome))
        }
        #expect(writer.flush())
        return writer
    }

    private func lines(
        _ format: ExportFormat = .jsonl, since: Int64? = nil, until: Int64? = nil, asn: ASNumber? = nil,
        in path: String? = nil
    ) throws -> [String] {
        let filter = LogFilter(
            since: since.map { Timestamp(seconds: $0) }, until: until.map { Timestamp(seconds: $0) }, asn: asn
        )
        return try Log().lines(.observations, format, filter, in: path ?? self.path)
    }

    @Test func `a network is down since the first bucket in which nothing answered`() throws {
        _ = try fill()
        let networks = try JournalReader(path: path).networks(now: Timestamp(seconds: now))
        #expect(networks.map(\.prefix) == ["192.0.2.0/24", "198.51.100.0/24"])
        #expect(networks.map(\.servers) == [2, 1])
        let first = try #require(networks.first?.families[.ipv4])
        #expect(first.state == .down)
        #expect(first.since == Timestamp(seconds: (now - 1200) / 60 * 60))
        #expect(first.answeredRatio == 1.0 / 3)
        let median = try #require(first.roundTripMedian)
        #expect((18...22).contains(median))
        #expect(networks.last?.families[.ipv4]?.state == .up)
        #expect(networks.last?.name == "a \"b\", c")
    }

    @Test func `a bucket in which something is answered after all was never down`() throws {
        let log = try Log()
        let writer = log.writer()
        let answer = Observation.Outcome.answered(rcode: 0, roundTrip: .milliseconds(20))
        let state = { (now: Int64) in
            let found = try JournalReader(path: log.path).networks(now: Timestamp(seconds: now)).first
            return found?.families[.ipv4]
        }
        var newest: Int64 = 0
        for (second, outcome, expected, since) in [
            (60, answer, .up, 60), (121, .silent, .down, 120), (150, answer, .up, 60),
            (185, .silent, .down, 180),
            (245, .silent, .down, 180), (70, answer, .down, 180), (310, .refused, .up, 300),
        ] as [(Int64, Observation.Outcome, ReachabilityState, Int64)] {
            writer.record(observation(outcome, at: second))
            #expect(writer.flush())
            newest = max(newest, second)
            #expect(try state(newest)?.state == expected, "\(second)")
            #expect(try state(newest)?.since == Timestamp(seconds: since), "\(second)")
        }
    }

    @Test func `a network not asked for an hour is unknown`() throws {
        _ = try fill()
        let later = try JournalReader(path: path).networks(
            asn: ASNumber(64500), now: Timestamp(seconds: now + 7200))
        #expect(later.count == 1)
        #expect(later.first?.families[.ipv4]?.state == .unknown)
        #expect(later.first?.families[.ipv4]?.since == nil)
    }

    @Test func `JSON Lines and CSV agree in every field`() throws {
        _ = try fill()
        let table = try lines(.csv).map { try fields($0) }
        let header = try #require(table.first)
        let objects = try lines().map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.count == table.count - 1)
        for (object, row) in zip(objects, table.dropFirst()) {
            #expect(object.count == header.count && row.count == header.count)
            for (name, text) in zip(header, row) {
                switch object[name] {
                case let string as String: #expect(string == text)
                case let number as NSNumber: #expect(number.doubleValue == Double(text))
                default: #expect(object[name] is NSNull && text.isEmpty)
                }
            }
        }
    }

    @Test func `every exported row of a network says the state that its counts show`() throws {
        _ = try fill()
        for line in try lines() where !line.contains("\"scope\":\"server\"") {
            let isSilent = line.contains("\"answered\":0,")
            #expect(line.contains("\"state\":\"\(isSilent ? "down" : "up")\""))
        }
    }

    @Test func `since includes its bucket, until excludes it, and an AS selects its rows`() throws {
        _ = try fill()
        let bucket = (now - 600) / 60 * 60
        #expect(try lines(since: bucket).count == 8)
        #expect(try lines(until: bucket).count == 8)
        #expect(try lines(since: bucket, until: bucket + 1).count == 4)
        #expect(try lines(asn: ASNumber(64501)).count == 3)
    }

    @Test func `a copy of the database with its write-ahead log has every row`() throws {
        let writer = try fill()
        let copy = directory.appendingPathComponent("copy.sqlite").path
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        #expect(try lines(in: copy).count == 16)
        #expect(writer.dropped == 0)
    }

    /// The fields of one line of CSV (RFC 4180 §2).
    private func fields(_ line: String) throws -> [String] {
        var fields = [""]
        var isQuoted = false
        for part in line.dropLast().split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            isQuoted = part.offset % 2 == 1
            let pieces =
                isQuoted
                ? [part.element] : part.element.split(separator: ",", omittingEmptySubsequences: false)
            if !isQuoted, part.element.isEmpty, part.offset > 0 { fields[fields.count - 1] += "\"" }
            for (index, piece) in pieces.enumerated() {
                if index > 0 { fields.append("") }
                fields[fields.count - 1] += piece
            }
        }
        return fields
    }
}
