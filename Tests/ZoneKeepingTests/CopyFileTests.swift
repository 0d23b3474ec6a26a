import DNSWire
import Foundation
import Primitives
import Testing
import TransferSigning
import ZoneKeeping
import Zones

@Suite("Copies on disk", .timeLimit(.minutes(1)))
struct CopyFileTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
        "copies-\(UUID().uuidString)")
    private var store: CopyStore { CopyStore(directory: directory.path, cryptography: SwiftCrypto()) }
    private let confirmed = Timestamp(seconds: 1_795_000_000)

    private func cleaned(_ body: () throws -> Void) rethrows {
        defer { try? FileManager.default.removeItem(at: directory) }
        try body()
    }

    private var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()
    }

    @Test("What was saved is loaded: every record, and when it was confirmed last")
    func roundTrip() throws {
        try cleaned {
            let hosts = (0..<3000).map { "host\($0)" }
            let zone = try version(7, hosts: hosts)
            try store.save(CopyFile(zone: zone, confirmed: confirmed))
            let loaded = try #require(try store.load(zone.origin))
            #expect(loaded.zone.records == zone.records)
            #expect(loaded.confirmed == confirmed)
            let later = Timestamp(seconds: 1_795_003_600)
            try store.confirm(zone.origin, serial: zone.serial, at: later)
            #expect(try store.load(zone.origin)?.confirmed == later)
            #expect(files == ["example.test.confirmed", "example.test.copy"])
        }
    }

    @Test("A confirmation of another serial does not count, and there is no copy where none was saved")
    func otherSerial() throws {
        try cleaned {
            let zone = try version(7, hosts: ["www"])
            #expect(try store.load(zone.origin) == nil)
            try store.save(CopyFile(zone: zone, confirmed: confirmed))
            try store.confirm(zone.origin, serial: SerialNumber(8), at: Timestamp(seconds: 1_795_003_600))
            #expect(try store.load(zone.origin)?.confirmed == confirmed)
        }
    }

    @Test("Types that nobody knows yet come back octet for octet (RFC 3597)")
    func unknownTypes() throws {
        try cleaned {
            let base = try version(1, hosts: ["www"])
            let unknown = Record(
                name: try name("new.example.test."), type: RecordType(rawValue: 65_280), ttl: 60,
                data: RecordData(octets: Array(0...255)))
            let zone = try Zone(origin: base.origin, records: base.records + [unknown])
            try store.save(CopyFile(zone: zone, confirmed: confirmed))
            #expect(try store.load(zone.origin)?.zone.records.contains(unknown) == true)
        }
    }

    @Test("A file that was cut or changed anywhere is damaged, and says where it is")
    func damage() throws {
        try cleaned {
            let zone = try version(7, hosts: ["www", "mail"])
            try store.save(CopyFile(zone: zone, confirmed: confirmed))
            let path = directory.appendingPathComponent("example.test.copy")
            let whole = try Data(contentsOf: path)
            for count in 0..<whole.count {
                try whole.prefix(count).write(to: path)
                #expect(throws: CopyStore.Problem.self) { try store.load(zone.origin) }
            }
            let body = try #require(whole.firstRange(of: Data("\n\n".utf8))).upperBound
            for index in body..<whole.count {
                var changed = whole
                changed[index] ^= 1
                try changed.write(to: path)
                let problem = #expect(throws: CopyStore.Problem.self) { try store.load(zone.origin) }
                #expect(problem?.path == path.path)
            }
        }
    }

    @Test(
        "Zones have file names that any file system takes",
        arguments: [
            (".", "@.copy"), ("Example.Test.", "example.test.copy"), ("a/b.test.", "a%2fb.test.copy"),
            ("\\009x.test.", "%09x.test.copy"),
        ])
    func fileNames(origin: String, file: String) throws {
        try cleaned {
            let origin = try name(origin)
            let start = Record.startOfAuthority(
                origin, primary: try name("ns.test."), mailbox: try name("mail.test."), minimum: 60, ttl: 60)
            try store.save(
                CopyFile(
                    zone: try Zone(
                        origin: origin,
                        records: [start, .pointer(origin, .ns, to: try name("ns.test."), ttl: 60)]),
                    confirmed: confirmed))
            #expect(files == [file])
            #expect(try store.load(origin)?.zone.origin == origin)
        }
    }

    @Test("A directory that cannot be written is named with the reason, and the old copy stays")
    func unwritable() throws {
        try cleaned {
            let zone = try version(7, hosts: ["www"])
            try store.save(CopyFile(zone: zone, confirmed: confirmed))
            try FileManager.default.createDirectory(
                at: directory.appendingPathComponent("example.test.copy.new"),
                withIntermediateDirectories: true)
            let problem = #expect(throws: CopyStore.Problem.self) {
                try store.save(CopyFile(zone: try version(8, hosts: ["www"]), confirmed: confirmed))
            }
            #expect(problem?.reason == "Is a directory")
            #expect(try store.load(zone.origin)?.zone.serial == SerialNumber(7))
        }
    }

    @Test(
        "A restart serves the last copy at once, as old as it is; a damaged one is told and transferred anew")
    func restart() async throws {
        let primary = try await TestPrimary()
        let keeping = try Keeping()
        defer {
            keeping.end()
            primary.stop()
        }
        primary.serve(try version(7, hosts: ["www"]))
        let primaries = [Primary(endpoint: primary.endpoint, key: nil)]
        try await keeping.keep(primaries)
        #expect(try await keeping.transferred().serial == 7)
        let path = keeping.directory.appendingPathComponent("example.test.copy")
        while !FileManager.default.fileExists(atPath: path.path) { await Task.yield() }
        primary.behave(.refusing)
        try keeping.restart()
        try await keeping.keep(primaries)
        let age = try await keeping.report { report -> Duration? in
            guard case .restored(_, _, let age) = report else { return nil }
            return age
        }
        #expect(age < .seconds(60))
        #expect(try await keeping.trouble().serving == SerialNumber(7))

        primary.behave(.honest)
        try keeping.restart()
        try Data("afterglow zone copy 1\n".utf8).write(to: path)
        try await keeping.keep(primaries)
        let problem = try await keeping.report { report -> CopyStore.Problem? in
            guard case .unreadable(_, let problem) = report else { return nil }
            return problem
        }
        #expect(problem.reason == "not a copy of a zone")
        #expect(try await keeping.transferred().serial == 7)
    }
}
