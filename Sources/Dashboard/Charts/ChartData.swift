package import Journal
package import Primitives
package import Reachability

/// What the log says of a network, a zone or a server over a span of time, in the columns of a chart.
package struct ChartData: Sendable {
    /// Answered of sent in one column.
    package struct Ratio: Sendable, Hashable {
        package var start: Timestamp
        package var sent: Int
        package var answered: Int
        package var value: Double { sent > 0 ? Double(answered) / Double(sent) : 0 }
    }

    /// The name servers with a strip of their own; of more than these the ones seen last.
    package static let serverLimit = 12

    package var subject: ChartSubject
    /// The name of the network; nil where there is none.
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

    /// Whether the log says nothing of the subject in this time, nor of the time that it is compared with.
    package var isEmpty: Bool {
        answered.isEmpty && earlier.isEmpty && routes.isEmpty && service.isEmpty && outages.isEmpty
    }

    /// Reads what the chart of a subject needs.
    package init(reading reader: JournalReader, _ subject: ChartSubject, span: Range<Timestamp>) throws {
        self.subject = subject
        self.span = span
        let axis = TimeAxis(span: span, left: 0, right: 1)
        let grain = HistoryGrain.fitting(seconds: axis.seconds)
        step = axis.step(of: grain.rawValue)
        let (shift, shiftName) = Self.earlier(than: axis.seconds)
        earlierName = shiftName
        let strips = try Self.strips(of: subject, reader, since: span.lowerBound)
        let own = Self.entities(of: subject, strips)
        let before =
            Timestamp(
                seconds: span.lowerBound.seconds - shift)..<Timestamp(
                seconds: span.upperBound.seconds - shift)
        // All strips together: a walk through the minutes for each would cost more than what it finds.
        let now = try reader.sums(
            of: own + strips.map { HistoryEntity(.server, $0.description) }, span, grain, column: step)
        let past = try reader.sums(of: own, before, grain, column: step)
        answered = Self.ratios(now.prefix(own.count).joined())
        earlier = Self.ratios(past.joined(), later: shift)
        servers = zip(strips, now.dropFirst(own.count)).map { ($0, Self.ratios($1)) }
        try readRest(reader, grain)
    }

    /// What is told beside the exchanges: routing, what clients got, and the events.
    private mutating func readRest(_ reader: JournalReader, _ grain: HistoryGrain) throws {
        var filter = LogFilter(since: span.lowerBound, until: span.upperBound)
        switch subject {
        case .network(let asn):
            routes = try reader.routes(of: asn, span, grain)
            service = try reader.service(of: "asn", asn.description, span, grain)
            filter.asn = asn
        case .zone(let zone):
            service = try reader.service(of: "zone", zone, span, grain)
            filter.zone = zone
        case .server(let address):
            let server = try reader.server(address)
            filter.asn = server?.asn
            name = [server?.asn?.description, server?.asName].compactMap(\.self).joined(separator: " ")
        case .everything: service = try reader.service(of: "all", "all", span, grain)
        }
        try reader.outages(filter, newestFirst: false) { outages.append($0) }
        if case .server(let address) = subject { outages.removeAll { !$0.takes(address) } }
        if case .network(let asn) = subject {
            name = try outages.last?.asName ?? reader.networks(asn: asn, now: span.upperBound).first?.name
        }
    }

    /// The name servers that get a strip, in the order of their addresses.
    private static func strips(of subject: ChartSubject, _ reader: JournalReader, since: Timestamp) throws
        -> [IPAddress]
    {
        let servers: [IPAddress] =
            switch subject {
            case .network(let asn): try reader.servers(of: asn, since: since, limit: serverLimit)
            case .zone(let zone):
                Array(
                    (try reader.zone(zone)?.servers ?? []).compactMap { IPAddress($0.address) }.prefix(
                        serverLimit))
            case .server, .everything: []
            }
        return Set(servers).sorted { ($0.family.rawValue, $0) < ($1.family.rawValue, $1) }
    }

    /// Whose exchanges the first panel adds up.
    private static func entities(of subject: ChartSubject, _ servers: [IPAddress]) -> [HistoryEntity] {
        switch subject {
        case .network(let asn): [HistoryEntity(.asn, asn.description)]
        case .zone: servers.map { HistoryEntity(.server, $0.description) }
        case .server(let address): [HistoryEntity(.server, address.description)]
        case .everything: [HistoryEntity(.uplink, "uplink")]
        }
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

    /// Columns in the order of time, those of one moment added up.
    private static func ratios(_ sums: some Sequence<HistorySum>, later shift: Int64 = 0) -> [Ratio] {
        var ratios: [Int64: Ratio] = [:]
        for sum in sums where sum.sent > 0 {
            let start = Timestamp(seconds: sum.start.seconds + shift)
            ratios[start.seconds, default: Ratio(start: start, sent: 0, answered: 0)].sent += sum.sent
            ratios[start.seconds]?.answered += sum.answered
        }
        return ratios.values.sorted { $0.start < $1.start }
    }
}

extension Outage {
    /// Whether it takes a server away: by itself, with its prefix, or with its network.
    package func takes(_ server: IPAddress) -> Bool {
        switch scope {
        case .server: key == server.description
        case .prefix: Prefix(key)?.contains(server) ?? false
        case .asn: family == server.family
        case .uplink: family == server.family
        }
    }
}
