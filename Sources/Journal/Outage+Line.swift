import Primitives
package import Reachability

extension Outage {
    /// The event as a line of JSON, with a line feed.
    package var jsonLine: [UInt8] {
        var composer = LineComposer(.json)
        composer.line { compose(into: &$0) }
        return composer.octets
    }

    /// The fields of an `outage` line, as the interface fixes them.
    func compose(into line: inout LineComposer) {
        line.integer("schema", 1)
        line.text("id", id)
        line.text("scope", scope.rawValue)
        line.text("key", key)
        line.integer("asn", asn.map { Int64($0.value) })
        line.text("as_name", asName)
        line.list("prefixes", prefixes.map(\.description))
        line.integer("af", Int64(family.rawValue))
        line.text("kind", kind.rawValue)
        line.text("state", state.rawValue)
        line.time("start", start.seconds)
        line.time("end", end?.seconds)
        line.integer("start_uncertainty_s", startUncertainty)
        line.real("fraction", fraction)
        line.integer("flaps", flaps)
        line.real("confidence", confidence)
        line.fields(of: "evidence") { evidence.compose(into: &$0) }
        line.list("zones_lost", zonesLost.map(Self.withoutFinalDot))
        line.list("zones_degraded", zonesDegraded.map(Self.withoutFinalDot))
        line.list("own_nameservers", ownNameServers.map(Self.withoutFinalDot))
        line.fields(of: "fallback_used") { fallbackUsed.compose(into: &$0) }
        line.list("ede_codes", extendedErrors.map { Int64($0) })
    }

    /// A domain name as people write it; the root keeps its dot.
    package static func withoutFinalDot(_ name: String) -> String {
        name.count > 1 && name.hasSuffix(".") && !name.hasSuffix("\\.") ? String(name.dropLast()) : name
    }
}

extension Outage.Evidence {
    fileprivate func compose(into line: inout LineComposer) {
        line.integer("servers_silent", serversSilent)
        line.integer("servers_answering", serversAnswering)
        line.integer("sent", sent)
        line.integer("answered", answered)
        line.integer("bgp_withdrawn_prefixes", routes.withdrawnPrefixes)
        line.integer("bgp_announcements", routes.announcements)
        line.integer("bgp_withdrawals", routes.withdrawals)
    }
}

extension FallbackUse {
    fileprivate func compose(into line: inout LineComposer) {
        line.integer("other_network", otherNetwork)
        line.integer("local_copy", localCopy)
        line.integer("stale", stale)
        line.integer("none", none)
    }
}
