import AfterglowDaemon
import ArgumentParser
import Foundation
import Settings

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the resolver.",
        discussion: """
            Without a configuration it listens on 127.0.0.1 and ::1, port 5300, over UDP and TCP, answers this \
            machine's own networks, validates (DNSSEC), and has its page at http://127.0.0.1:8053/. It prints `ready` \
            once every listener is bound. SIGTERM and SIGINT stop it with nothing lost from the log; \
            SIGHUP reloads the configuration and the zones and keeps the cache.

            `afterglow check config FILE` finds mistakes in a configuration, and `afterglow check config --schema` \
            prints all of its keys. A variable such as AFTERGLOW_LOG_LEVEL=debug stands for a key, \
            and --listen comes before both.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, parsing: .singleValue, help: "ADDRESS[:PORT] to listen on; may be given again.")
    var listen: [String] = []

    func run() throws {
        let settings = try settings()
        let log = OperatorLog(level: settings.log.level, format: settings.log.format)
        let signals = SignalQueue([SIGTERM, SIGINT, SIGHUP])
        do {
            let line = StatusLine()
            defer { line.clear() }
            let daemon = try Daemon(settings: settings, log: log, progress: line.show)
            line.clear()
            try daemon.start()
            FileHandle.standardOutput.write(Data("ready\n".utf8))
            Supervisor.notify("READY=1")
            while signals.next() == SIGHUP { reload(daemon, log) }
            Supervisor.notify("STOPPING=1")
            daemon.stop()
        } catch {
            log.error("\(error)")
            throw ExitCode(error.isOfConfiguration ? 2 : 1)
        }
    }

    func validate() throws { _ = try listeners() }

    /// The configuration, with what the command line says in its place.
    private func settings() throws -> Settings {
        var settings = try options.load()
        if !listen.isEmpty { settings.listen = try listeners() }
        return settings
    }

    private func listeners() throws -> [Settings.Listener] {
        try listen.map { text in
            guard let listener = Settings.Listener(text) else {
                throw ValidationError(
                    "--listen: '\(text)' is not ADDRESS[:PORT]; examples: 127.0.0.1:5300, [::1]:5300")
            }
            return listener
        }
    }

    /// Reads the configuration again; what is wrong with it is said, and the old one stays.
    private func reload(_ daemon: Daemon, _ log: OperatorLog) {
        do {
            try daemon.reload(try settings())
        } catch {
            // Problems of the file itself have been printed where they stand.
            let reason = error is ExitCode ? "" : ": \(error)"
            log.error("configuration not reloaded, the old one stays\(reason)")
        }
    }
}
