/// Asks with `dig` from inside a namespace.
package struct Dig: Sendable {
    /// Where the question comes from.
    package let namespace: Namespace
    /// The server asked.
    package let server: String
    /// Options that every question carries, such as `+norecurse`.
    package var options: [String] = []

    package init(from namespace: Namespace, server: String, options: [String] = []) {
        self.namespace = namespace
        self.server = server
        self.options = options
    }

    /// Asks one question; ten seconds at most, one try.
    package func ask(_ name: String, _ type: String = "A", _ more: String...) -> DigAnswer {
        let question =
            ["dig", "-r", "@\(server)", "+tries=1", "+time=10"] + options + more + ["-q", name, "-t", type]
        return DigAnswer(Command.run(namespace.inside(question)).output)
    }

    /// Whether the server answers at all within a second.
    package func answers(_ name: String) -> Bool {
        let question = [
            "dig", "-r", "@\(server)", "+tries=1", "+time=1", "+norecurse", "-q", name, "-t", "SOA",
        ]
        return DigAnswer(Command.run(namespace.inside(question)).output).status == "NOERROR"
    }
}
