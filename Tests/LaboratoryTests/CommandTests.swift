import Foundation
import Laboratory
import Testing

/// What the command line says and how it ends, without a network.
@Suite(
    "The command line",
    .enabled(if: LaboratoryAvailability.afterglow != nil, LaboratoryAvailability.resolverComment))
struct CommandTests {
    private func run(_ arguments: String...) throws -> Command {
        Command.run(["env", "HOME=/nonexistent", try #require(LaboratoryAvailability.afterglow)] + arguments)
    }

    /// The names of the commands below one, as its help lists them.
    private func subcommands(_ command: [String]) throws -> [String] {
        let help = Command.run([try #require(LaboratoryAvailability.afterglow)] + command + ["--help"])
        #expect(help.succeeded && help.output.hasPrefix("OVERVIEW: "), "\(command)")
        #expect(help.output.contains("USAGE: afterglow"), "\(command)")
        guard let list = help.output.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first else {
            return []
        }
        return list.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    @Test("Every command has its help")
    func help() throws {
        let commands = try subcommands([])
        #expect(Set(commands).isSuperset(of: ["serve", "resolve", "check", "networks", "export"]))
        for command in commands {
            for below in try subcommands([command]) { _ = try subcommands([command, below]) }
        }
    }

    @Test("Shells get their completions", arguments: ["bash", "zsh", "fish"])
    func completions(_ shell: String) throws {
        let script = try run("--generate-completion-script", shell)
        #expect(script.succeeded && script.output.contains("resolve"))
    }

    @Test(
        "Bad usage ends with status 2 and says what is wrong, and how the command is used",
        arguments: [
            (["nonsense"], "Unexpected argument 'nonsense'"),
            (["serve", "--nope"], "Unknown option '--nope'"),
            (["check", "zone"], "Missing expected argument '<origin>'"),
            (["serve", "--listen", "127.0.0.1:x"], "'127.0.0.1:x' is not ADDRESS[:PORT]; examples"),
            (["resolve", "www..x"], "'www..x' is not a domain name"),
            (["resolve", "www.x", "NONE"], "'NONE' is not a record type; examples"),
            (["check", "config"], "which file? give its path, or --schema"),
            (["anchors", "negative", "add", "x..y"], "'x..y' is not a domain name"),
            (["export", "all"], "Please provide one of 'observations', 'outages'"),
        ])
    func usage(_ arguments: [String], _ message: String) throws {
        let run = Command.run([try #require(LaboratoryAvailability.afterglow)] + arguments)
        #expect(run.status == 2 && run.output.isEmpty)
        #expect(run.complaint.contains(message), "\(run.complaint)")
        let command = arguments.first == "nonsense" ? "<subcommand>" : arguments[0]
        #expect(run.complaint.contains("Usage: afterglow \(command)"), "\(run.complaint)")
    }

    /// Writes a file beside others of the test, which end with it.
    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "afterglow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("afterglow.yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        try body(file.path)
    }

    @Test("A bad configuration ends with status 2, and each mistake has its place and the way out")
    func badConfiguration() throws {
        try withFile("cache:\n  memory: lots\nlisen: [127.0.0.1]\n") { path in
            for command in [["check", "config", path], ["serve", "--config", path]] {
                let run = Command.run([try #require(LaboratoryAvailability.afterglow)] + command)
                #expect(run.status == 2)
                #expect(
                    run.complaint == """
                        \(path):2:11: cache.memory: 'lots' is not valid; expected a size such as 256MiB
                        \(path):3:1: unknown key 'lisen' at the top level; did you mean 'listen'?

                        """)
            }
        }
        let missing = try run("serve", "--config", "/nonexistent/afterglow.yaml")
        #expect(
            missing.status == 2
                && missing.complaint
                    == "/nonexistent/afterglow.yaml: cannot be read: No such file or directory\n"
        )
    }

    @Test("A zone file that is wrong stops the start with file, line and column")
    func badZone() throws {
        let configuration =
            "zones: [{ name: example.com, file: bad.zone }]\nstate-directory: state\nlisten: [127.0.0.1:5399]\n"
        try withFile(configuration) { path in
            let zone = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(
                "bad.zone")
            try "$TTL 1h\n@ SOA a b 1 1 1 1 1\n@ NS a\na A 192.0.2.300\n".write(
                to: zone, atomically: true, encoding: .utf8)
            let serve = try run("serve", "--config", path)
            #expect(serve.status == 2)
            #expect(serve.complaint.contains("\(zone.path):4:5: "), "\(serve.complaint)")
            let check = try run("check", "zone", "example.com", zone.path)
            #expect(check.status == 1 && check.complaint.hasPrefix("\(zone.path):4:5: "))
        }
    }

    @Test("Where the state directory cannot be made, there are answers, and it is said which key moves it")
    func badStateDirectory() throws {
        try withFile("state-directory: /proc/nothing\nlisten: [127.0.0.1:5399]\nhttp: off\n") { path in
            let serve = Command.run(
                [try #require(LaboratoryAvailability.afterglow), "serve", "--config", path], limit: 3)
            #expect(serve.output == "ready\n")
            #expect(serve.complaint.contains("state directory /proc/nothing: cannot be made: "))
            #expect(
                serve.complaint.contains(
                    "set `state-directory` in the configuration or AFTERGLOW_STATE_DIRECTORY"))
        }
    }

    @Test("An address that is not this machine's stops the start and is named")
    func foreignAddress() throws {
        try withFile("state-directory: state\nlisten: [192.0.2.77:53]\n") { path in
            let serve = try run("serve", "--config", path)
            #expect(serve.status == 1)
            #expect(serve.complaint.contains("cannot listen on 192.0.2.77#53: "), "\(serve.complaint)")
            #expect(serve.complaint.contains("this machine has no such address"), "\(serve.complaint)")
        }
    }

    @Test("A port that another program has stops the start, with the command that names the program")
    func takenPort() throws {
        let program = """
            import socket, subprocess, sys
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
                taken.bind(("127.0.0.1", 0))
                port = taken.getsockname()[1]
                print(port)
                serve = [sys.argv[1], "serve", "--config", sys.argv[2], "--listen", f"127.0.0.1:{port}"]
                sys.exit(subprocess.run(serve, timeout=10).returncode)
            """
        try withFile("state-directory: state\nhttp: off\n") { path in
            let serve = Command.run(
                ["python3", "-c", program, try #require(LaboratoryAvailability.afterglow), path])
            let port = serve.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(serve.status == 1)
            #expect(serve.complaint.contains("cannot listen on 127.0.0.1#\(port): "), "\(serve.complaint)")
            #expect(serve.complaint.contains("`ss -lntup 'sport = :\(port)'`"), "\(serve.complaint)")
        }
    }

    @Test("The JSON Schema is printed for editors")
    func schema() throws {
        let schema = try run("check", "config", "--schema")
        let object = try JSONSerialization.jsonObject(with: Data(schema.output.utf8)) as? [String: Any]
        #expect(schema.succeeded && object?["title"] as? String == "Afterglow configuration")
    }
}
