import DNSWire
import Primitives

/// Says in words why a zone could not be reached, for Extended DNS Error 22.
struct Explanation {
    let zone: Name
    let addresses: [IPAddress]
    let failures: [(address: IPAddress, zone: Name, kind: Budget.FailureKind)]
    let selection: ServerSelection
    let identify: (IPAddress) -> NetworkName?
    let now: Timestamp

    /// As in `virginmedia.com: 4/4 name servers silent since 00:31Z, all in AS5089 NTL`.
    var text: String {
        let own = failures.filter { $0.zone == zone }
        let silent = addresses.filter { address in
            if case .down = selection.history(of: address).state { return true }
            return own.contains { $0.address == address && ($0.kind == .silent || $0.kind == .unreachable) }
        }
        guard !addresses.isEmpty else { return "\(zone.withoutFinalDot): no name server has an address" }
        guard !silent.isEmpty else { return "\(zone.withoutFinalDot): \(refusals(own))" }
        let since =
            silent.compactMap { selection.history(of: $0).silentSince }.min() ?? now
        return "\(zone.withoutFinalDot): \(silent.count)/\(addresses.count) name servers silent since "
            + since.clockTime + networks(silent)
    }

    private func refusals(_ own: [(address: IPAddress, zone: Name, kind: Budget.FailureKind)]) -> String {
        let kinds: [(Budget.FailureKind, String)] = [
            (.refused, "refused the connection"), (.lame, "do not serve the zone"),
            (.malformed, "sent malformed answers"), (.failed, "answered with an error"),
            (.unsent, "not asked because this machine has no way to them"),
        ]
        let parts = kinds.compactMap { kind, words -> String? in
            let count = Set(own.filter { $0.kind == kind }.map { $0.address }).count
            return count > 0 ? "\(count)/\(addresses.count) name servers \(words)" : nil
        }
        return parts.isEmpty ? "no name server gave an answer" : parts.joined(separator: ", ")
    }

    private func networks(_ silent: [IPAddress]) -> String {
        var names: [NetworkName] = []
        for address in silent {
            guard let name = identify(address) else { continue }
            if !names.contains(name) { names.append(name) }
        }
        guard let first = names.first else {
            let prefixes = Set(silent.map { Prefix.standIn(for: $0) }).sorted()
            return prefixes.count == 1 ? ", all in \(prefixes[0])" : ""
        }
        let shown = names.prefix(3).map { $0.name.isEmpty ? "\($0.number)" : "\($0.number) \($0.name)" }
        return names.count == 1
            ? ", all in \(first.number)\(first.name.isEmpty ? "" : " " + first.name)"
            : ", in " + shown.joined(separator: ", ")
    }
}
