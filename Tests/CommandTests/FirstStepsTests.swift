import Foundation
import Laboratory
import Testing

/// What somebody meets who has just built the program and has no log yet.
@Suite(.enabled(if: CommandLog.executable != nil, "SKIPPED: the executable is not built"))
struct FirstStepsTests {
    private func afterglow(_ arguments: String...) throws -> Command {
        let home = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        let run = Command.run(
            [
                "env", "-u", "XDG_STATE_HOME", "-u", "STATE_DIRECTORY", "HOME=\(home.path)",
                CommandLog.executable ?? "",
            ]
                + arguments)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: home.path).isEmpty, "\(arguments)")
        return run
    }

    @Test func `a name of special use is answered as the server answers it, and nobody is asked`() throws {
        let run = try afterglow("resolve", "localhost", "--trace")
        #expect(run.succeeded && run.output.contains("status: NOERROR") && run.output.contains("127.0.0.1"))
        #expect(!run.output.contains(" udp "))
    }

    @Test(arguments: ["outages", "networks", "audit"])
    func `without a log it says where it was looked for, and what makes one`(_ command: String) throws {
        let run = try afterglow(command)
        #expect(run.status == 1)
        #expect(run.complaint.contains(".local/state/afterglow/reachability.sqlite: there is no"))
    }

    @Test(arguments: [
        ["outages"], ["networks"], ["audit"], ["export", "outages"], ["plot", "--asn", "64500"],
    ])
    func `where the log is off it says so, and that another can be named`(_ command: [String]) throws {
        let configuration = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).yaml").path
        try "reachability: { database: off }\n"
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: configuration) }
        let run = Command.run([CommandLog.executable ?? ""] + command + ["--config", configuration])
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.complaint.contains("the reachability log is off: the configuration has"))
        #expect(run.complaint.contains("--database"))
    }

    @Test func `an audit that cannot be is refused before anybody is asked`() throws {
        for (zone, words) in [("com", "top level"), ("a..b", "is not a domain name")] {
            let run = try afterglow("audit", zone)
            #expect(run.status == 2 && run.complaint.contains(words))
            #expect(run.complaint.contains("Usage: afterglow audit"))
        }
    }

    @Test func `top leaves nothing in the home, whether it finds a resolver or not`() throws {
        let run = try afterglow("top", "--url", "http://127.0.0.1:1", "--count", "1")
        #expect(run.status == 1)
        #expect(
            run.complaint
                == "afterglow: http://127.0.0.1:1: no connection; is the resolver running with its `http` listener there?\n"
        )
    }
}
