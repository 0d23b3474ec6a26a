package import Foundation

/// A program run to its end, and what it left.
package struct Command: Sendable {
    /// The exit status; 128 + signal where a signal ended it, 127 where it could not start, 124 past its time.
    package let status: Int32
    /// Everything it wrote to standard output.
    package let output: String
    /// Everything it wrote to standard error.
    package let complaint: String

    /// Whether it exited with status 0.
    package var succeeded: Bool { status == 0 }

    /// Runs a program found in PATH and waits for it.
    ///
    /// - Parameters:
    ///   - arguments: the program and its arguments.
    ///   - limit: whole seconds after which it is ended.
    package static func run(_ arguments: [String], limit: Int = 30) -> Command {
        let folder = FileManager.default.temporaryDirectory
        let output = folder.appendingPathComponent("laboratory-\(UUID().uuidString)")
        let complaint = folder.appendingPathComponent("laboratory-\(UUID().uuidString)")
        defer {
            try? FileManager.default.removeItem(at: output)
            try? FileManager.default.removeItem(at: complaint)
        }
        let bounded = ["timeout", "--kill-after=2", String(limit)] + arguments
        guard let child = Child.start(bounded, output: output, complaint: complaint) else {
            return Command(status: 127, output: "", complaint: "")
        }
        let status = child.wait()
        return Command(status: status, output: Command.text(output), complaint: Command.text(complaint))
    }

    /// Whether a program of this name is in PATH or in the system's folders of servers.
    package static func exists(_ program: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return folders.contains { FileManager.default.isExecutableFile(atPath: $0 + "/" + program) }
    }

    /// An interpreter with dnspython 2.3 and what its signatures need: Debian's, or that of the path; nil where there is none.
    package static let pythonOfDNS: String? = ["/usr/bin/python3", "python3"].first {
        run([$0, "-c", "import cryptography, dns.dnssec; dns.dnssec.sign"]).succeeded
    }

    /// What a file holds; nothing where it cannot be read.
    package static func text(_ file: URL) -> String {
        guard let data = try? Data(contentsOf: file) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
