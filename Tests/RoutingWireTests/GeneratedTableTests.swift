import Foundation
import Laboratory
import Testing

/// The program that makes the tables of `Benchmarks/routes.sh`; it stands beside the tests.
private let benchmark: String? = {
    let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return [folder, root.appending(path: ".build/release"), root.appending(path: ".build/debug")]
        .map { $0.appending(path: "route-benchmark").path }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}()

@Suite(
    "A generated table",
    .enabled(if: benchmark != nil, "needs route-benchmark"))
struct GeneratedTableTests {
    @Test(
        "Three peers' 15,000 prefixes of both families are read as bgpdump and mrtparse read them",
        arguments: OtherReader.readers)
    func isReadAlike(reader: OtherReader) throws {
        let benchmark = try #require(benchmark)
        let file = FileManager.default.temporaryDirectory.appending(path: "table-\(UUID().uuidString).mrt")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(Command.run([benchmark, "make", file.path, "3", "12000", "3000"]).succeeded)
        let own = Command.run([benchmark, "print", file.path]).output
            .split(separator: "\n").map(String.init).sorted()
        #expect(own.count > 40_000)
        #expect(own == reader.routes(file))
    }
}
