package import Journal
package import Primitives
package import Reachability

/// What the log says of one AS over a span of time, in the columns of a chart.
package struct NetworkChartData: Sendable {
    /// Answered of sent in one column.
    package struct Ratio: Sendable, Hashable {
        package var start: Timestamp
        package var sent: Int
        package var answered: Int
        package var value: Double { sent > 0 ? Double(answered) / Double(sent) : 0 }
    }

    /// The name servers with a strip of their own; of more than these the ones seen last.
    package static let serverLimit = 12

    package var asn: ASNumber
    package var name: String?
    package var span: Range<Timestamp>
    /// The length of a column in seconds.
    package var step: Int64
    package var answered: [Ratio] = []
    /// The same a day, a week or a whole span earlier, at the times that it is drawn at.
    package var earlier: [Ratio] = []
    /// How much earlier, in words.
    package var earlierName: String
    package var routes: [RoutePoint] = []
    package var servers: [(address: IPAddress, ratios: [Ratio])] = []
    package var service: [(start: Timestamp, counts: ServiceCounts)] = []
    /// The events that overlap the span, the oldest first.
    package var outages: [Outage] = []

    /// Reads what the chart of an AS needs.
    package init(reading reader: JournalReader, asn: ASNumber, span: Range<Timestamp>) throws {
        self.asn = asn
        self.span = span
        let axis = TimeAxis(span: span, left: 0, right: 1)
        let grain = HistoryGrain.fitting(seconds: axis.seconds)
        step = axis.step(of: grain.rawValue)
        let (shift, shiftName) = Self.earlier(than: axis.seconds)
        earlierName = shiftName
        answered = ratios(try reader.history(of: .asn, asn.description, span, grain))
        let before =
            Timestamp(
                seconds: span.lowerBound.seconds - shift)..<Timestamp(
                seconds: span.upperBound.seconds - shift)
        earlier = ratios(try reader.history(of: .asn, asn.description, before, grain), later: shift)
        routes = try reader.routes(of: asn, span, grain)
        for address in try reader.servers(of: asn, since: span.lowerBound, limit: Self.serverLimit) {
            servers.append(
                (address, ratios(try reader.history(of: .server, address.description, span, grain))))
        }
        servers.sort { ($0.address.family.rawValue, $0.address) < ($1.address.family.rawValue, $1.address) }
        service = try reader.service(of: "asn", asn.description, span, grain)
        let filter = LogFilter(since: span.lowerBound, until: span.upperBound, asn: asn)
        try reader.outages(filter, newestFirst: false) { outages.append($0) }
        name = try outages.last?.asName ?? reader.networks(asn: asn, now: span.upperBound).first?.name
    }

    /// The start of the column that holds a moment.
    package func column(of time: Timestamp) -> Timestamp {
        Timestamp(seconds: time.seconds - ((time.seconds % step) + step) % step)
    }

    private static func earlier(than seconds: Int64) -> (shift: Int64, name: String) {
        if seconds <= 86400 { return (86400, "a day before") }
        if seconds <= 7 * 86400 { return (7 * 86400, "a week before") }
        return (seconds, "the span before")
    }

    /// Both families together, in columns.
    private func ratios(_ points: [HistoryPoint], later shift: Int64 = 0) -> [Ratio] {
        var ratios: [Ratio] = []
        for point in points.sorted(by: { $0.start < $1.start }) {
            let start = column(of: Timestamp(seconds: point.start.seconds + shift))
            if ratios.last?.start != start { ratios.append(Ratio(start: start, sent: 0, answered: 0)) }
            ratios[ratios.count - 1].sent += point.sent
            ratios[ratios.count - 1].answered += point.answered
        }
        return ratios.filter { $0.sent > 0 }
    }
}
