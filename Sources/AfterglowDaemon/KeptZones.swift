import DNSWire
import Foundation
import Primitives
import Settings
import ZoneKeeping
import Zones

/// The zones of the configuration, with their files and keys read.
enum KeptZones {
    /// - Parameters:
    ///   - previous: zones from files as they were read before; each stands in for a file that is broken now.
    ///   - report: takes what is wrong with such a file, and the serial that goes on serving.
    static func read(
        _ settings: Settings, insteadOf previous: [Name: Zone] = [:],
        report: (DaemonProblem, SerialNumber) -> Void = { _, _ in }
    ) throws(DaemonProblem) -> [KeptZone] {
        var zones: [KeptZone] = []
        var seen: Set<Name> = []
        for configured in settings.zones {
            guard let origin = Name(configured.name) else {
                throw .unsupported(key: "zones", reason: "'\(configured.name)' is not a domain name")
            }
            guard seen.insert(origin).inserted else {
                throw .unsupported(key: "zones", reason: "\(origin) is configured twice")
            }
            let source: KeptZone.Source
            if let path = configured.file {
                source = .zone(try zone(path, origin, insteadOf: previous[origin], report))
            } else {
                source = .transfer(try plan(configured, settings))
            }
            zones.append(
                KeptZone(
                    origin: origin, use: configured.use == .always ? .always : .fallback, source: source))
        }
        return zones
    }

    private static func zone(
        _ path: String, _ origin: Name, insteadOf previous: Zone?,
        _ report: (DaemonProblem, SerialNumber) -> Void
    ) throws(DaemonProblem) -> Zone {
        do {
            return try ZoneFiles.zone(path: path, origin: origin)
        } catch {
            guard let previous else { throw error }
            report(error, previous.serial)
            return previous
        }
    }

    private static func plan(
        _ configured: Settings.LocalZone, _ settings: Settings
    ) throws(DaemonProblem) -> TransferPlan {
        var primaries: [Primary] = []
        for primary in configured.primaries {
            primaries.append(
                Primary(endpoint: primary.endpoint, key: try key(primary.tsig, of: configured, settings)))
        }
        let expiry: CopyExpiry =
            switch configured.expire {
            case .startOfAuthority: .startOfAuthority
            case .after(let duration): .after(duration)
            case .never: .never
            }
        return TransferPlan(primaries: primaries, expiry: expiry, octetsMax: configured.sizeLimit)
    }

    private static func key(
        _ reference: Settings.KeyReference?, of zone: Settings.LocalZone, _ settings: Settings
    ) throws(DaemonProblem) -> TransferKey? {
        let found: Settings.TSIGKey?
        switch reference {
        case nil: return nil
        case .key(let key): found = key
        case .named(let name): found = settings.tsigKey(named: name)
        }
        guard let found, let name = Name(found.name) else {
            throw .unsupported(key: "zones", reason: "\(zone.name): 'tsig' names no key")
        }
        let algorithm: TransferKey.Algorithm =
            switch found.algorithm {
            case .sha1: .sha1
            case .sha256: .sha256
            case .sha384: .sha384
            case .sha512: .sha512
            }
        return TransferKey(name: name, algorithm: algorithm, secret: try secret(of: found))
    }

    private static func secret(of key: Settings.TSIGKey) throws(DaemonProblem) -> [UInt8] {
        if let text = key.secret, let octets = Data(base64Encoded: text) { return Array(octets) }
        guard let path = key.secretFile else { return [] }
        let text = String(decoding: try ZoneFiles.read(path), as: UTF8.self)
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let octets = Data(base64Encoded: trimmed), !octets.isEmpty else {
            throw .badFile(path: path, reason: "not a secret in base64")
        }
        return Array(octets)
    }
}
