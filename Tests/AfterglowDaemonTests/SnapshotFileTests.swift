import AfterglowDaemon
import Foundation
import Primitives
import Recursion
import Testing

@Suite("The file of a cache snapshot")
struct SnapshotFileTests {
    private let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("snapshot-\(UUID().uuidString)").path

    private func write(_ parts: [(SnapshotFile.Kind, [UInt8])]) throws {
        var left = parts[...]
        try SnapshotFile.write(to: path) { left.popFirst() }
    }

    private func read() throws -> [[UInt8]] {
        var parts: [[UInt8]] = []
        try SnapshotFile.read(path) { kind, octets in parts.append([kind.rawValue] + octets) }
        return parts
    }

    @Test("What is written is read, and nothing is left beside it")
    func roundTrip() throws {
        defer { unlink(path) }
        try write([(.servers, [1, 2, 3]), (.answers, []), (.answers, Array(repeating: 9, count: 100_000))])
        #expect(try read() == [[2, 1, 2, 3], [1], [1] + Array(repeating: 9, count: 100_000)])
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
    }

    @Test("A file that was cut or changed anywhere brings nothing, not even its first part")
    func damage() throws {
        defer { unlink(path) }
        try write([(.answers, Array(1...40)), (.answers, Array(1...40))])
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for count in 0..<whole.count {
            try whole.prefix(count).write(to: URL(fileURLWithPath: path))
            #expect(throws: SnapshotFile.Fault.self) { try read() }
        }
        for offset in 0..<whole.count {
            var changed = whole
            changed[offset] ^= 1
            try changed.write(to: URL(fileURLWithPath: path))
            var parts = 0
            #expect(throws: SnapshotFile.Fault.self) { try SnapshotFile.read(path) { _, _ in parts += 1 } }
            #expect(parts == 0)
        }
    }

    @Test("A file of another version is told from a damaged one", arguments: [1, 3])
    func version(_ number: Int) throws {
        defer { unlink(path) }
        try Data("afterglow cache \(number)\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: SnapshotFile.Fault.otherVersion) { try read() }
    }

    @Test("What is known of servers is read as it was written")
    func servers() throws {
        let memory = [
            ServerHistory.Memory(
                address: IPAddress(ipv4: 0xC000_0201), smoothed: 20_000_000, variation: 5_000_000,
                downSince: nil),
            ServerHistory.Memory(
                address: try #require(IPAddress("2001:db8::1")), smoothed: 0, variation: 0,
                downSince: Timestamp(seconds: 1_700_000_000)),
        ]
        let octets = ServerMemoryCodec.compose(memory)
        #expect(octets.withUnsafeBytes { ServerMemoryCodec.parse($0) } == memory)
    }
}
