import Primitives
import Reachability

/// Networks and zones as lines, for programs.
extension NetworkSummary {
    /// The network as a line of JSON, with a line feed.
    package var jsonLine: [UInt8] {
        var composer = LineComposer(.json)
        composer.line { line in
            composeHead(into: &line)
            line.objects("families", families.sorted { $0.key.rawValue < $1.key.rawValue }) {
                $0.family($1.key, $1.value)
            }
        }
        return composer.octets
    }

    /// The network as rows of CSV, one for each family.
    package var tableRows: [UInt8] {
        var composer = LineComposer(.csv)
        let known = families.sorted { $0.key.rawValue < $1.key.rawValue }.map { (Optional($0.key), $0.value) }
        for (family, summary) in known.isEmpty ? [(nil, FamilySummary(state: .unknown))] : known {
            composer.line { line in
                composeHead(into: &line)
                line.family(family, summary)
            }
        }
        return composer.octets
    }

    /// The names of the columns of `tableRows`.
    package static var tableHeader: [UInt8] {
        var composer = LineComposer(.header)
        composer.line { line in
            NetworkSummary(prefix: "", servers: 0, families: [:]).composeHead(into: &line)
            line.family(nil, FamilySummary(state: .unknown))
        }
        return composer.octets
    }

    private func composeHead(into line: inout LineComposer) {
        line.integer("schema", 1)
        line.text("prefix", prefix)
        line.integer("asn", asn.map { Int64($0.value) })
        line.text("as_name", name)
        line.integer("servers", servers)
    }
}

extension LineComposer {
    fileprivate mutating func family(_ family: AddressFamily?, _ summary: FamilySummary) {
        integer("af", family.map { Int64($0.rawValue) })
        text("state", summary.state.rawValue)
        time("since", summary.since?.seconds)
        real("answered_ratio", summary.answeredRatio)
        real("rtt_p50_ms", summary.roundTripMedian)
    }
}

extension ZoneSummary {
    /// The zone as a line of JSON or a row of CSV.
    package func line(asTable: Bool) -> [UInt8] {
        var composer = LineComposer(asTable ? .csv : .json)
        composer.line(compose)
        return composer.octets
    }

    /// The names of the columns of `line`.
    package static var tableHeader: [UInt8] {
        var composer = LineComposer(.header)
        composer.line(ZoneSummary(name: "").compose)
        return composer.octets
    }

    private func compose(into line: inout LineComposer) {
        line.integer("schema", 1)
        line.text("zone", Outage.withoutFinalDot(name))
        line.text("state", state.rawValue)
        line.list("outages", outages)
        line.list("nameservers", Set(servers.compactMap(\.name)).sorted().map(Outage.withoutFinalDot))
        line.list("addresses", servers.map(\.address))
        line.list("asns", networks.map { Int64($0.value) })
        line.time("last_seen", lastSeen?.seconds)
    }
}
