import DNSWire
import Primitives
import Reachability

/// Says in words why a zone could not be reached, for Extended DNS Error 22.
struct Explanation {
    let zone: Name
    /// The zone's name servers, each as its known addresses.
    let servers: [[IPAddress]]
    let failures: [(address: IPAddress, zone: Name, kind: Budget.FailureKind)]
    let selection: ServerSelection
    let verdicts: any VerdictSource
    let identify: (IPAddress) -> NetworkName?
    let now: Timestamp

    /// As in `virginmedia.com: 4/4 name servers silent since 00:31Z, all in AS5089 NTL (withdrawn from BGP 00:30Z)`.
    var text: String { "\(zone.withoutFinalDot): \(reason)" }

    private var reason: String {
        guard !servers.isEmpty else { return "no name server has an address" }
        guard servers.contains(where: { $0.allSatisfy(isSilent) }) else { return refusals }
        let dead = servers.filter { $0.allSatisfy { isSilent($0) || refuses($0) } }
        let addresses = dead.flatMap { $0 }
        let held = addresses.compactMap { verdicts.verdict(on: $0) }.filter { $0.level != .suspected }
        if let uplink = held.first(where: { $0.scope == .uplink }) {
            return "this resolver's own uplink is down since \(uplink.since.clockTime)"
        }
        let since = held.map(\.since) + addresses.compactMap { selection.history(of: $0).silentSince }
        let areRefusing = addresses.allSatisfy(refuses)
        return
            "\(dead.count)/\(servers.count) name servers \(areRefusing ? "refuse to be asked" : "silent") since "
            + (since.min() ?? now).clockTime + networks(addresses) + routes(held)
    }

    private func isSilent(_ address: IPAddress) -> Bool {
        if case .down = selection.history(of: address).state { return true }
        if let verdict = verdicts.verdict(on: address), verdict.level != .suspected { return true }
        return failures.contains {
            $0.address == address && $0.zone == zone && ($0.kind == .silent || $0.kind == .unreachable)
        }
    }

    private func refuses(_ address: IPAddress) -> Bool {
        selection.history(of: address).lastFailure == .refusal
    }

    private var refusals: String {
        let kinds: [(Budget.FailureKind, String)] = [
            (.refused, "refused the connection"), (.lame, "do not serve the zone"),
            (.malformed, "sent malformed answers"), (.failed, "answered with an error"),
            (.unsent, "not asked because this machine has no way to them"),
        ]
        let parts = kinds.compactMap { kind, words -> String? in
            let failed = Set(failures.filter { $0.zone == zone && $0.kind == kind }.map { $0.address })
            let count = servers.count { $0.contains { failed.contains($0) } }
            return count > 0 ? "\(count)/\(servers.count) name servers \(words)" : nil
        }
        return parts.isEmpty ? "no name server gave an answer" : parts.joined(separator: ", ")
    }

    private func networks(_ silent: [IPAddress]) -> String {
        var names: [NetworkName] = []
        for address in silent {
            guard let name = identify(address) else { continue }
            if !names.contains(name) { names.append(name) }
        }
        guard !names.isEmpty else {
            let prefixes = Set(silent.map { Prefix.standIn(for: $0) }).sorted()
            return prefixes.count == 1 ? ", all in \(prefixes[0])" : ""
        }
        let shown = names.prefix(3).map { $0.name.isEmpty ? "\($0.number)" : "\($0.number) \($0.name)" }
        return (names.count == 1 ? ", all in " : ", in ") + shown.joined(separator: ", ")
    }

    /// What routing says, when it says the same of everything that is held to be away.
    private func routes(_ held: [Verdict]) -> String {
        guard let route = held.first?.route, held.allSatisfy({ $0.route.isAlike(route) }) else { return "" }
        switch route {
        case .withdrawn(let since): return " (withdrawn from BGP \(since.clockTime))"
        case .covered(let since):
            return " (withdrawn from BGP \(since.clockTime), a less specific route remains)"
        case .foreignOrigin(let asn, let since): return " (announced by \(asn) since \(since.clockTime))"
        case .visible: return " (still announced in BGP)"
        case .unknown: return ""
        }
    }
}

extension RouteEvidence {
    /// Whether both say the same, whenever they began to.
    fileprivate func isAlike(_ other: RouteEvidence) -> Bool {
        switch (self, other) {
        case (.withdrawn, .withdrawn), (.covered, .covered), (.visible, .visible), (.unknown, .unknown): true
        case (.foreignOrigin(let asn, _), .foreignOrigin(let otherASN, _)): asn == otherASN
        default: false
        }
    }
}
