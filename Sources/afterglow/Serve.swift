import AfterglowDaemon
import ArgumentParser
import Dispatch
import Foundation
import Settings

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the resolver.",
        discussion: """
            Without a configuration it listens on 127.0.0.1 and ::1, port 5300, over UDP and TCP. It prints `ready` \
            once every listener is bound. SIGTERM and SIGINT stop it with nothing lost from the log.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, parsing: .singleValue, help: "ADDRESS[:PORT] to listen on; may be given again.")
    var listen: [String] = []

    func run() throws {
        var settings = try options.load()
        if !listen.isEmpty {
            settings.listen = try listen.map { text in
                guard let listener = Settings.Listener(text) else {
                    throw ValidationError(
                        "--listen: '\(text)' is not ADDRESS[:PORT]; examples: 127.0.0.1:5300, [::1]:5300")
                }
                return listener
            }
        }
        let log = OperatorLog(level: settings.log.level, format: settings.log.format)
        do {
            let daemon = try Daemon(settings: settings, log: log)
            try daemon.start()
            FileHandle.standardOutput.write(Data("ready\n".utf8))
            Self.notifySupervisor("READY=1")
            Self.waitForSignal()
            daemon.stop()
        } catch {
            log.error("\(error)")
            throw ExitCode(1)
        }
    }

    /// Returns when SIGTERM or SIGINT has come.
    private static func waitForSignal() {
        let stop = DispatchSemaphore(value: 0)
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { stop.signal() }
            source.resume()
            return source
        }
        stop.wait()
        sources.forEach { $0.cancel() }
    }

    /// Tells a supervisor such as systemd that the service is ready (sd_notify(3)).
    private static func notifySupervisor(_ state: String) {
        guard let path = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"], !path.isEmpty else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: octets)
            if octets.first == UInt8(ascii: "@") { room[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
        let message = Array(state.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, message, message.count, 0, $0, length)
            }
        }
    }
}
