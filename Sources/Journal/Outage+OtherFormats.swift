import Primitives
import Reachability

/// The same events in the fields of others, so that tools made for those can read them.
extension Outage {
    /// The name under which the method is published with its events.
    private static let method = "afterglow.hier-bayes.v1"

    /// IODA's form of the Common Outage Data Format: times in seconds since 1970, `score` in per cent times minutes,
    /// `overlaps_window` when the event reaches out of the span that was asked for. One that goes on lasts until `now`.
    func composeCODF(into line: inout LineComposer, filter: LogFilter, now: Timestamp) {
        let last = max(start, end ?? now)
        let duration = last.seconds - start.seconds
        let reachesOut = filter.since.map { start < $0 } ?? false || filter.until.map { last > $0 } ?? false
        line.text("location", asn.map { "asn/\($0.value)" })
        line.integer("start", start.seconds)
        line.integer("duration", duration)
        line.integer("uncertainty", startUncertainty)
        line.text("method", Self.method)
        line.text("datasource", source)
        line.integer("status", 0)
        line.real("fraction", fraction)
        line.real("score", (fraction * 100 * Double(duration) / 60 * 100).rounded() / 100)
        line.text("location_name", asName)
        line.flag("overlaps_window", reachesOut)
    }

    /// An annotation of Cloudflare Radar. It names what is known here: neither a country nor a cause.
    func composeAnnotation(into line: inout LineComposer) {
        let numbers = asn.map { [Int64($0.value)] } ?? []
        line.text("id", id)
        line.list("asns", numbers)
        line.objects("asnsDetails", numbers) { details, number in
            details.text("asn", String(number))
            details.text("name", asName ?? "AS\(number)")
        }
        line.text("dataSource", "DNS")
        line.text("description", sentence)
        line.time("endDate", end?.seconds)
        line.text("eventType", "OUTAGE")
        line.text("linkedUrl", nil)
        line.list("locations", [String]())
        line.objects("locationsDetails", [String]()) { _, _ in }
        line.fields(of: "outage") { cause in
            cause.text("outageCause", "UNKNOWN")
            cause.text("outageType", "NETWORK")
        }
        line.text("scope", scope == .asn ? nil : key)
        line.time("startDate", start.seconds)
    }

    /// Which witnesses speak in the evidence.
    private var source: String {
        let hasRoutes = evidence.routes.withdrawals > 0 || evidence.routes.withdrawnPrefixes > 0
        guard hasRoutes else { return "resolver" }
        return evidence.sent > 0 ? "resolver+bgp" : "bgp"
    }

    private var sentence: String {
        let servers = evidence.serversSilent + evidence.serversAnswering
        let who = [asn?.description, asName].compactMap(\.self).joined(separator: " ")
        return "\(evidence.serversSilent)/\(servers) name servers of \(who) silent over "
            + "IPv\(family.rawValue) (\(kind.rawValue)); \(zonesLost.count) zones lost, "
            + "\(zonesDegraded.count) degraded"
    }
}
