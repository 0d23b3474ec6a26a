import Foundation
import Laboratory
import Testing

/// The commands of README.md, as they are printed there.
@Suite(
    "The README's commands, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct ReadmeTests {
    private static let root = LaboratoryAvailability.zones.deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func readme() throws -> String {
        try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    }

    /// The indented lines that begin with one of these programs and end by themselves.
    private static func commands() throws -> [String] {
        try readme().split(separator: "\n").filter { $0.hasPrefix("    ") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .compactMap { $0.components(separatedBy: " #").first?.trimmingCharacters(in: .whitespaces) }
            .filter { line in
                let words = line.split(separator: " ").map(String.init)
                return words.first == "dig"
                    || words.first == "afterglow" && !bringTheirOwn.contains(words.dropFirst().first ?? "")
            }
    }

    /// Commands for an AS, zones or files that the reader brings, and the server itself.
    private static let bringTheirOwn: Set<String> = ["serve", "plot", "replay", "audit"]

    /// Without a configuration file, as the README serves; the environment makes the laboratory its Internet.
    @Test("A server without a configuration answers dig on port 5300, and each command after it works")
    func commands() throws {
        let path = try #require(LaboratoryAvailability.afterglow)
        let laboratory = try Laboratory(zones: LaboratoryAvailability.zones, resolver: .unbound)
        defer { laboratory.tearDown() }
        let state = try laboratory.write("", to: "state") + "-directory"
        let environment = [
            "env", "-C", FileManager.default.temporaryDirectory.path,
            "PATH=\(URL(fileURLWithPath: path).deletingLastPathComponent().path):/usr/bin:/bin:/usr/sbin",
            "HOME=\(state)", "XDG_STATE_HOME=\(state)", "AFTERGLOW_DNSSEC_MODE=off",
            "AFTERGLOW_RESOLVER_ROOT_HINTS=\(LaboratoryAvailability.zones.path)/root.hints",
            "AFTERGLOW_ROUTING_ORIGIN_DNS=off",
        ]
        try laboratory.start(beside: environment + ["afterglow", "serve"])
        let answering = Patience.wait(20) {
            laboratory.run(["dig", "@127.0.0.1", "-p", "5300", "localhost"]).output.contains(
                "status: NOERROR")
        }
        #expect(answering)
        let commands = try Self.commands()
        #expect(commands.count >= 5)
        // `top` goes on until it is told how often.
        for command in commands.map({ $0 == "afterglow top" ? "afterglow top --count 1" : $0 }) {
            // The log is committed each second; what reads it finds rows then.
            let worked = Patience.wait(10) {
                let run = laboratory.run(environment + command.split(separator: " ").map(String.init))
                // Of outages there are none here, and what goes into a file is not printed.
                return run.succeeded && (!run.output.isEmpty || command.contains(" outages "))
            }
            #expect(worked, "\(command)")
        }
    }

    @Test("The configuration that the README shows passes `afterglow check config`")
    func configuration() throws {
        let block = try #require(Self.readme().components(separatedBy: "```yaml\n").dropFirst().first)
        let yaml = try #require(block.components(separatedBy: "```").first)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "afterglow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("afterglow.yaml")
        try yaml.write(to: file, atomically: true, encoding: .utf8)
        let check = Command.run([
            try #require(LaboratoryAvailability.afterglow), "check", "config", file.path,
        ])
        #expect(check.succeeded, "\(check.complaint)")
    }
}
