package import Foundation
import Glibc

/// An authoritative server that runs in a network.
package final class NameServer {
    /// The program that serves.
    package enum Software: String, Sendable, CaseIterable {
        /// NSD.
        case nsd
        /// Knot DNS.
        case knot
    }

    /// A zone and the file with its records.
    package struct Zone: Sendable {
        /// The origin, absolute.
        package let origin: String
        /// The path of the master file.
        package let file: String

        package init(_ origin: String, file: String) {
            self.origin = origin
            self.file = file
        }
    }

    /// The addresses that it listens on, port 53.
    package let addresses: [String]
    private let software: Software
    private let namespace: Namespace
    private let zones: [Zone]
    private let folder: URL
    private var child: Child?

    /// A server that has not been started.
    package init(
        _ software: Software, in namespace: Namespace, addresses: [String], zones: [Zone], folder: URL
    ) {
        self.software = software
        self.namespace = namespace
        self.addresses = addresses
        self.zones = zones
        self.folder = folder
    }

    /// Starts it and waits until each of its addresses answers.
    package func start() throws(LaboratoryError) {
        let configuration = folder.appendingPathComponent("\(software.rawValue).conf")
        let log = folder.appendingPathComponent("log")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: configuration, atomically: true, encoding: .utf8)
        } catch {
            throw .missing(folder.path)
        }
        let arguments =
            switch software {
            case .nsd: ["nsd", "-d", "-c", configuration.path]
            case .knot: ["knotd", "-c", configuration.path]
            }
        child = try namespace.start(arguments, output: log, complaint: log)
        let origin = zones.first?.origin ?? "."
        for address in addresses {
            let dig = Dig(from: namespace, server: address)
            let answering = Patience.wait(15) { child?.isRunning != true || dig.answers(origin) }
            guard answering, child?.isRunning == true else {
                throw .program(arguments.joined(separator: " ") + "\n" + Command.text(log).suffix(1000))
            }
        }
    }

    /// Lets it stop answering while its port stays open: silence, as of a dead network.
    package func fallSilent() { child?.signal(SIGSTOP) }

    /// Lets it answer again after `fallSilent`.
    package func recover() { child?.signal(SIGCONT) }

    /// Kills it: its port becomes unreachable.
    package func kill() {
        child?.signal(SIGKILL)
        child?.wait()
        child = nil
    }

    private var text: String {
        switch software {
        case .nsd: nsdConfiguration
        case .knot: knotConfiguration
        }
    }

    private var nsdConfiguration: String {
        let listen = addresses.map { "    ip-address: \($0)" }.joined(separator: "\n")
        let served = zones.map { zone in
            """
            zone:
                name: \(zone.origin)
                zonefile: \(zone.file)
                provide-xfr: 0.0.0.0/0 NOKEY
                provide-xfr: ::/0 NOKEY
            """
        }
        return """
            server:
            \(listen)
                server-count: 1
                username: ""
                database: ""
                zonesdir: "\(folder.path)"
                pidfile: "\(folder.path)/nsd.pid"
                xfrdfile: "\(folder.path)/xfrd.state"
                zonelistfile: "\(folder.path)/zone.list"
                xfrdir: "\(folder.path)"
                rrl-ratelimit: 0
            remote-control:
                control-enable: no

            """ + served.joined(separator: "\n") + "\n"
    }

    private var knotConfiguration: String {
        let listen = addresses.map { "\($0)@53" }.joined(separator: ", ")
        let served = zones.map { zone in
            """
              - domain: \(zone.origin)
                file: \(zone.file)
                semantic-checks: off
                zonefile-sync: -1
                journal-content: none
                acl: transfers
            """
        }
        return """
            server:
                listen: [ \(listen) ]
                rundir: "\(folder.path)"
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
            log:
              - target: stderr
                any: info
            database:
                storage: "\(folder.path)"
            acl:
              - id: transfers
                action: transfer
            zone:

            """ + served.joined(separator: "\n") + "\n"
    }
}
