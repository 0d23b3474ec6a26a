/// The configuration of an Unbound in a laboratory.
enum UnboundConfiguration {
    /// Lines of the section `server`: one thread, as the user that starts it, with nothing outside of its folder.
    static func alone(in folder: String) -> String {
        [
            "num-threads: 1", "username: \"\"", "chroot: \"\"", "directory: \"\(folder)\"", "pidfile: \"\"",
            "use-syslog: no",
        ].joined(separator: "\n    ")
    }

    /// The whole of one that validates in a laboratory of one namespace.
    ///
    /// - Parameters:
    ///   - interface: where it listens, port 53.
    ///   - folder: where its files are, the root hints as `hints`.
    ///   - more: further lines of the section `server`.
    static func text(interface: String, folder: String, _ more: [String]) -> String {
        """
        server:
            interface: \(interface)
            access-control: 127.0.0.0/8 allow
            do-ip6: no
            \(alone(in: folder))
            root-hints: "\(folder)/hints"
            \(more.joined(separator: "\n    "))
        remote-control:
            control-enable: no

        """
    }
}
