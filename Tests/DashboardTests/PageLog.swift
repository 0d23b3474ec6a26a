import Dashboard
import Foundation
import Journal
import Primitives
import Reachability
import Routing

/// A log with a night in it: an operator's network that was away, is back, and is away again since an hour; one that is well; and
/// names that would do harm if they were taken for markup.
final class PageLog: Sendable {
    /// The moment of looking.
    static let now = Timestamp(seconds: 1_680_566_400 + 6 * 3600)
    static let hostileName = "<script>alert(1)</script> \"NTL\" & \u{202E}Media"
    static let hostileID = "20230401T000000Z-asn-AS64500-4"
    static let openID = "20230404T050000Z-asn-AS5089-4"

    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    var path: String { directory.appendingPathComponent("log.sqlite").path }

    private init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        fill()
    }

    /// One log for all tests, which only read; it goes with the process.
    static let shared: Result<PageLog, any Error> = Result {
        let log = try PageLog()
        atexit {
            if case .success(let log) = PageLog.shared {
                try? FileManager.default.removeItem(at: log.directory)
            }
        }
        return log
    }

    var site: Site { Site(database: path, audits: PageAudits.all, clock: { Self.now }) }

    func get(_ target: String, headers: [String: String] = [:]) async -> WebReply {
        guard let request = WebRequest(target: target, headers: headers) else {
            return WebProblem(400, "", "").reply
        }
        return await site.reply(to: request)
    }

    func text(_ target: String, headers: [String: String] = [:]) async -> String {
        String(decoding: await get(target, headers: headers).octets, as: UTF8.self)
    }

    private func fill() {
        let writer = JournalWriter(
            path: path, clock: { Self.now },
            identify: {
                $0.map { observation in
                    let isFirst = observation.server.low >> 8 == 0xC00002
                    return NetworkIdentity(
                        prefix: .standIn(for: observation.server),
                        origins: [ASNumber(isFirst ? 5089 : 64500)],
                        name: isFirst ? "NTL" : Self.hostileName)
                }
            }, report: { _ in })
        let start = Self.now.seconds - 6 * 3600
        for zone in Self.zones(at: Self.now) { writer.record(zone) }
        for minute in Int64(0)..<360 {
            let time = Timestamp(seconds: start + minute * 60)
            let isAway = minute >= 300 || (60..<90).contains(minute)
            for server in Self.servers(at: 0xC000_0200) {
                writer.record(Self.observation(server, time, isAway))
            }
            for server in Self.servers(at: 0xC633_6400) {
                writer.record(Self.observation(server, time, false))
            }
            let served = !isAway ? ServedFrom.fresh : minute % 3 == 0 ? .localCopy : .stale
            writer.record(ClientService(time: time, zone: "virginmedia.com.", servedFrom: served))
            writer.record(
                ClientService(time: time, zone: "both.example.", servedFrom: isAway ? .otherNetwork : .fresh))
            writer.record(ClientService(time: time, zone: "well.example.", servedFrom: .fresh))
            var bucket = RouteBucket(start: time, seconds: 60, asn: ASNumber(5089), family: .ipv4)
            (bucket.withdrawals, bucket.spaceVisible) = (minute == 300 ? 30 : 0, isAway ? 0 : 256)
            writer.record(bucket)
        }
        writer.record(Self.outage(Self.openID, from: 300, to: nil, start))
        writer.record(Self.outage("20230404T010000Z-asn-AS5089-4", from: 60, to: 90, start))
        var old = Self.outage(Self.hostileID, from: -4320, to: -4260, start)
        (old.asn, old.key, old.asName) = (ASNumber(64500), "AS64500", Self.hostileName)
        writer.record(old)
        writer.flush()
    }

    private static func servers(at base: UInt32) -> [IPAddress] { [1, 2].map { IPAddress(ipv4: base + $0) } }

    private static func observation(_ server: IPAddress, _ time: Timestamp, _ isAway: Bool) -> Observation {
        Observation(
            time: time, server: server,
            zone: server.low >> 8 == 0xC00002 ? "virginmedia.com." : "well.example.", transport: .udp,
            outcome: isAway ? .silent : .answered(rcode: 0, roundTrip: .milliseconds(20)))
    }

    private static func zones(at time: Timestamp) -> [ZoneServers] {
        let (first, second) = (servers(at: 0xC000_0200), servers(at: 0xC633_6400))
        let make = { (zone: String, servers: [IPAddress]) in
            ZoneServers(
                zone: zone,
                servers: servers.enumerated().map {
                    .init(name: "ns\($0.offset + 1).\(zone)", address: $0.element)
                },
                time: time)
        }
        return [
            make("virginmedia.com.", first), make("both.example.", [first[0], second[0]]),
            make("well.example.", second),
            make("\\<b\\>bold.example.", second),
        ]
    }

    private static func outage(_ id: String, from first: Int64, to last: Int64?, _ start: Int64) -> Outage {
        var outage = Outage(
            id: id, scope: .asn, key: "AS5089", family: .ipv4, kind: .networkAndNameServers,
            state: last == nil ? .down : .ended, start: Timestamp(seconds: start + first * 60))
        outage.asn = ASNumber(5089)
        outage.asName = "NTL"
        outage.end = last.map { Timestamp(seconds: start + $0 * 60) }
        outage.startUncertainty = 5
        outage.confidence = 0.998
        outage.prefixes = [Prefix(IPAddress(ipv4: 0xC000_0200), length: 24)]
        outage.zonesLost = ["virginmedia.com."]
        outage.zonesDegraded = ["both.example."]
        outage.ownNameServers = ["ns1.virginmedia.com."]
        outage.evidence.serversSilent = 2
        outage.evidence.sent = 120
        outage.evidence.routes.withdrawnPrefixes = 1
        outage.evidence.routes.withdrawals = 30
        outage.fallbackUsed.localCopy = 20
        outage.fallbackUsed.otherNetwork = 60
        outage.fallbackUsed.stale = 40
        outage.extendedErrors = [0, 3, 22]
        return outage
    }
}
