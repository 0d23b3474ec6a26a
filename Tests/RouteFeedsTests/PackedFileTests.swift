import Foundation
import RouteFeeds
import Testing

@Suite("Packed files")
struct PackedFileTests {
    /// Packs octets with the system's own program.
    private func pack(_ octets: [UInt8], with program: String) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "afterglow-\(UUID().uuidString)")
        try Data(octets).write(to: file)
        guard program != "cat" else { return file }
        let packed = file.appendingPathExtension("packed")
        _ = FileManager.default.createFile(atPath: packed.path, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program, "-c", file.path]
        process.standardOutput = try FileHandle(forWritingTo: packed)
        try process.run()
        process.waitUntilExit()
        try FileManager.default.removeItem(at: file)
        try #require(process.terminationStatus == 0)
        return packed
    }

    private static let octets = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 100 ^ $0) }

    @Test("Plain, gzip and bzip2 files give the same octets", arguments: ["cat", "gzip", "bzip2"])
    func forms(program: String) throws {
        let file = try pack(Self.octets, with: program)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try PackedFile(file.path).rest(limit: 1 << 30) == Self.octets)
        #expect(throws: PackedFile.Problem.tooLarge(1000)) { try PackedFile(file.path).rest(limit: 1000) }
    }

    @Test(
        "Streams one after the other are one file, as parallel packers write them",
        arguments: ["gzip", "bzip2"])
    func several(program: String) throws {
        let file = try pack(Array(Self.octets.prefix(500_000)), with: program)
        defer { try? FileManager.default.removeItem(at: file) }
        let one = try Data(contentsOf: file)
        try (one + one).write(to: file)
        #expect(try PackedFile(file.path).rest(limit: 1 << 30).count == 1_000_000)
    }

    @Test("A cut and a damaged file are told, with the place", arguments: ["gzip", "bzip2"])
    func broken(program: String) throws {
        let file = try pack(Self.octets, with: program)
        defer { try? FileManager.default.removeItem(at: file) }
        let whole = try Data(contentsOf: file)
        try whole.prefix(whole.count / 2).write(to: file)
        #expect(throws: PackedFile.Problem.truncated) { try PackedFile(file.path).rest(limit: 1 << 30) }
        var damaged = whole
        damaged[whole.count / 3] ^= 0xFF
        damaged[whole.count / 3 + 1] ^= 0xFF
        try damaged.write(to: file)
        let problem = #expect(throws: PackedFile.Problem.self) {
            try PackedFile(file.path).rest(limit: 1 << 30)
        }
        guard case .broken(let offset) = problem else {
            Issue.record("not said to be broken")
            return
        }
        #expect(offset > 0 && offset <= whole.count)
    }

    @Test("A file that is not there is told; an empty one is empty")
    func absent() throws {
        let absent = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        #expect(throws: PackedFile.Problem.unreadable(2)) { try PackedFile(absent.path) }
        let file = try pack([], with: "cat")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try PackedFile(file.path).rest(limit: 10).isEmpty)
    }
}
