package import Foundation

/// A network namespace of this process's own; the name carries the process so that parallel runs do not clash.
package struct Namespace: Hashable, Sendable {
    /// The name as `ip netns` knows it.
    package let name: String

    /// Makes the namespace, with its loopback up.
    package init(_ label: String, laboratory: String) throws(LaboratoryError) {
        name = "afterglow-\(ProcessInfo.processInfo.processIdentifier)-\(laboratory)-\(label)"
        try Namespace.ip(["netns", "add", name])
        try Namespace.ip(["-n", name, "link", "set", "lo", "up"])
        // Without duplicate address detection, else the first seconds lose IPv6 datagrams.
        try run([
            "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.all.accept_dad=0",
            "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.dad_transmits=0",
        ])
    }

    /// Configures the namespace with `ip -n`.
    package func configure(_ arguments: String...) throws(LaboratoryError) {
        try Namespace.ip(["-n", name] + arguments)
    }

    /// Runs a program in the namespace; throws where its status is not 0.
    package func run(_ arguments: [String]) throws(LaboratoryError) {
        let result = Command.run(inside(arguments))
        guard result.succeeded else {
            throw .network(arguments.joined(separator: " ") + ": " + result.complaint)
        }
    }

    /// The command line that runs a program in the namespace.
    package func inside(_ arguments: [String]) -> [String] { ["ip", "netns", "exec", name] + arguments }

    /// Starts a program in the namespace.
    package func start(_ arguments: [String], output: URL, complaint: URL) throws(LaboratoryError) -> Child {
        guard let child = Child.start(inside(arguments), output: output, complaint: complaint) else {
            throw .program(arguments.joined(separator: " "))
        }
        return child
    }

    /// Ends what still runs in the namespace: programs that outlive the one that started them.
    package func endPrograms() {
        for line in Command.run(["ip", "netns", "pids", name]).output.split(separator: "\n") {
            if let process = Int32(line) { kill(process, SIGKILL) }
        }
    }

    /// Takes the namespace away, its interfaces with it.
    package func remove() { _ = Command.run(["ip", "netns", "delete", name]) }

    private static func ip(_ arguments: [String]) throws(LaboratoryError) {
        let result = Command.run(["ip"] + arguments)
        guard result.succeeded else {
            throw .network(arguments.joined(separator: " ") + ": " + result.complaint)
        }
    }
}
