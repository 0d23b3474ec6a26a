import DNSWire
import EventLoop
import Foundation
import Primitives
import Testing
import TransferSigning
import ZoneKeeping
import Zones

func name(_ text: String) throws -> Name { try #require(Name(text)) }

/// Versions of the zone that these tests transfer: hosts of `example.test`, with its SOA record's times in seconds.
func version(_ serial: UInt32, hosts: [String], expire: UInt32 = 604_800) throws -> Zone {
    let origin = try name("example.test.")
    var writer = WireWriter()
    writer.write(try name("ns.elsewhere.test."), compressing: false)
    writer.write(try name("mail.elsewhere.test."), compressing: false)
    for field in [serial, 3600, 5, expire, 300] { writer.write(field) }
    let start = Record(name: origin, type: .soa, ttl: 60, data: RecordData(octets: writer.octets))
    let server = Record.pointer(origin, .ns, to: try name("ns.elsewhere.test."), ttl: 60)
    let addresses = try hosts.map {
        Record.address(try name("\($0).example.test."), IPAddress(ipv4: 0xC000_0201), ttl: 60)
    }
    return try Zone(origin: origin, records: [start, server] + addresses)
}

/// A keeper with what it says and gives to workers, and a state directory of its own.
final class Keeping {
    enum Event: Sendable {
        case report(KeeperReport)
        case copies(LocalCopies)
    }

    let directory: URL
    private(set) var keeper: ZoneKeeper
    private var events: AsyncStream<Event>.Iterator

    init(in directory: URL? = nil) throws {
        self.directory =
            directory
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("copies-\(UUID().uuidString)")
        (keeper, events) = try Self.start(self.directory)
    }

    private static func start(_ directory: URL) throws -> (ZoneKeeper, AsyncStream<Event>.Iterator) {
        let loop = try EventLoop(name: "zones")
        loop.start()
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        let keeper = ZoneKeeper(
            loop: loop, store: CopyStore(directory: directory.path, cryptography: SwiftCrypto()),
            cryptography: SwiftCrypto(), deliver: { continuation.yield(.copies($0)) },
            report: { continuation.yield(.report($0)) })
        return (keeper, stream.makeAsyncIterator())
    }

    /// Another process with the same directory.
    func restart() throws {
        keeper.stop()
        (keeper, events) = try Self.start(directory)
    }

    func end() {
        keeper.stop()
        try? FileManager.default.removeItem(at: directory)
    }

    func keep(
        _ primaries: [Primary], expiry: CopyExpiry = .startOfAuthority, octetsMax: Int = 1 << 20
    ) async throws {
        let plan = TransferPlan(primaries: primaries, expiry: expiry, octetsMax: octetsMax)
        await keeper.configure([
            KeptZone(origin: try name("example.test."), use: .fallback, source: .transfer(plan))
        ])
    }

    /// Waits for the first event of which `pick` makes something.
    func next<Picked>(_ pick: (Event) -> Picked?) async throws -> Picked {
        while let event = await events.next(isolation: #isolation) {
            if let picked = pick(event) { return picked }
        }
        throw CancellationError()
    }

    /// Waits for the next report of which `pick` makes something.
    func report<Picked>(_ pick: (KeeperReport) -> Picked?) async throws -> Picked {
        try await next { event in
            guard case .report(let report) = event else { return nil }
            return pick(report)
        }
    }

    /// Waits for the next new version: its serial, and how it came.
    func transferred() async throws -> (serial: UInt32, method: ZoneTransfer.Method) {
        try await report { report in
            guard case .transferred(_, let contents, let transfer) = report else { return nil }
            return (contents.serial.value, transfer.method)
        }
    }

    /// Waits for the next trouble with a primary.
    func trouble() async throws -> (trouble: TransferTrouble, serving: SerialNumber?) {
        try await report { report in
            guard case .failing(_, _, let trouble, let serial) = report else { return nil }
            return (trouble, serial)
        }
    }

    /// Sends NOTIFY as the primary would.
    func notify(from address: IPAddress = IPAddress(ipv4: 0x7F00_0001)) throws -> Message? {
        var header = Header(id: 5)
        header.opcode = .notify
        let message = Message(header: header, questions: [Question(try name("example.test."), .soa)])
        let time = Timestamp(seconds: 1_800_000_000)
        return try keeper.answerNotify(message.compose(), from: address, at: time).map {
            try Message(parsing: $0)
        }
    }
}
