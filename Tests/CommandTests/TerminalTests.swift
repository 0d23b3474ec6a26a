import Foundation
import Journal
import Laboratory
import Primitives
import Reachability
import Testing

/// What long commands show on a terminal, and that they are quiet elsewhere.
@Suite(
    .enabled(if: CommandLog.executable != nil, "SKIPPED without the executable afterglow"),
    .enabled(if: CommandLog.has("script", "gzip"), "SKIPPED without script(1)"))
struct TerminalTests {
    private let log: CommandLog

    init() throws { log = try CommandLog() }

    /// A file of the wire tests: a table of a few routes.
    private static let table = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("RoutingWireTests/Fixtures/table_dump_v2.mrt")
        .path

    /// Runs a command on a terminal of its own (script(1)); all that it shows.
    private func onTerminal(_ arguments: String) -> Command {
        Command.run(
            ["script", "-qec", "\(CommandLog.executable ?? "afterglow") \(arguments)", "/dev/null"], limit: 60
        )
    }

    @Test("A replay shows how far it has come in a file, and leaves nothing of it")
    func replay() {
        let shown = onTerminal("replay \(Self.table)")
        #expect(shown.succeeded)
        #expect(shown.output.contains("[##############################] 100%"))
        #expect(shown.output.contains("\r\u{1B}[K"))
        let quiet = Command.run([CommandLog.executable ?? "", "replay", Self.table])
        #expect(quiet.succeeded && quiet.complaint.isEmpty && !quiet.output.contains("#"))
    }

    @Test("A table that is loaded at the start is named on a terminal")
    func load() throws {
        let configuration = log.file("tables.yaml")
        try "routing: { tables: [{ file: \(Self.table), format: mrt }], origin-dns: off }\n"
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        let shown = onTerminal("replay \(Self.table) --config \(configuration)")
        #expect(shown.succeeded && shown.output.contains("reading "))
    }

    @Test("An export to a file shows a bar; one to standard output shows none")
    func export() {
        log.fill { writer in
            for second in 0..<600 {
                writer.record(
                    Observation(
                        time: Timestamp(seconds: 1_680_566_400 + Int64(second) * 60),
                        server: IPAddress(ipv4: 0xC000_0201), zone: "example.", transport: .udp,
                        outcome: .silent))
            }
        }
        let shown = onTerminal("export observations --database \(log.path) -o \(log.file("out.jsonl"))")
        #expect(shown.succeeded && shown.output.contains("[#"))
        let quiet = log.afterglow("export", "observations", "-o", log.file("again.jsonl"))
        #expect(quiet.succeeded && quiet.complaint.isEmpty && quiet.output.isEmpty)
    }
}
