extension OutageScore {
    /// One of the aims, and how far it was met.
    package struct Aim: Sendable {
        package var name: String
        package var wanted: String
        package var found: String
        package var isMet: Bool
    }

    /// Outages that are asked after often enough for the time they last.
    private var due: [Case] {
        cases.filter { found in
            found.truth.cause == .network
                && ((found.truth.rate >= 1 && found.truth.length >= 60)
                    || (found.truth.rate >= 0.05 && found.truth.length >= 300))
        }
    }

    /// The share of these whose time was told: at least half of what either lasted.
    package var recall: Double { Self.share(due.filter { ($0.overlap ?? 0) >= 0.5 }.count, due.count) }

    /// The share of the events told that were outages, each outage counting one of them.
    package var precision: Double { Self.share(right, told) }

    /// The share of the outages told, where causes can be told apart, whose cause was told rightly.
    package var attribution: Double {
        Self.share(named.filter { $0.cause == $0.truth.cause }.count, named.count)
    }

    /// The delay in seconds that 95 % of these outages were told within: of those asked after once a second, or less often.
    package func onset(busy: Bool) -> Double { Self.quantile(onsets(busy), 0.95) ?? 0 }

    private func onsets(_ busy: Bool) -> [Double] {
        due.filter { ($0.truth.rate >= 1) == busy }.compactMap(\.onset)
    }

    private var named: [Case] {
        cases.filter { $0.cause != nil && $0.truth.isDistinct && $0.truth.rate >= 0.05 }
    }

    package var aims: [Aim] {
        let due = due
        let busyStarts = due.filter { $0.truth.rate >= 1 }.compactMap(\.startError)
        return [
            share("recall, ≥ 60 s at ≥ 1/s and ≥ 5 min at ≥ 0.05/s", recall, of: due.count, 1),
            share("precision", precision, of: told, 0.99),
            delay("onset, p95, busy (≥ 1/s)", onsets(true), 10),
            delay("onset, p95, sparse (0.05–1/s)", onsets(false), 60),
            share("attribution, ≥ 0.05/s", attribution, of: named.count, 0.98),
            delay("start error, p95, busy (≥ 1/s)", busyStarts, 15),
            delay("start error, median, all of these", due.compactMap(\.startError), 15, 0.5),
            Aim(
                name: "outages of others while the own uplink is away", wanted: "0",
                found: "\(blamedForUplink)", isMet: blamedForUplink == 0),
        ]
    }

    private static func share(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? 1 : Double(part) / Double(whole)
    }

    private func share(_ name: String, _ value: Double, of whole: Int, _ least: Double) -> Aim {
        Aim(
            name: name, wanted: "≥ \(least)", found: "\(Self.round(value, 4)) of \(whole)",
            isMet: value >= least)
    }

    private func delay(_ name: String, _ values: [Double], _ most: Double, _ quantile: Double = 0.95) -> Aim {
        let value = Self.quantile(values, quantile) ?? 0
        return Aim(
            name: name, wanted: "≤ \(Int(most)) s", found: "\(Self.round(value, 1)) s (\(values.count))",
            isMet: value <= most)
    }

    /// The whole report, as text.
    package var report: String {
        var lines = ["aims"]
        for aim in aims {
            lines.append(
                "  \(aim.isMet ? "met   " : "MISSED") \(aim.name): \(aim.found), wanted \(aim.wanted)")
        }
        lines += ["", "outages \(cases.count), told \(told), of them founded \(right)"]
        lines.append(
            "network minutes: precision \(Self.ratio(minutesBoth, minutesTold)), recall \(Self.ratio(minutesBoth, minutesAway))"
        )
        lines.append(
            "false events per 1,000 AS-days: \(Self.round(Double(unfounded.count) / max(1e-9, networkDays) * 1000, 2))"
                + " (\(unfounded.count) in \(Int(networkDays)) AS-days)")
        lines.append("Brier score of network minutes: \(Self.round(brier, 6))")
        lines.append("probes: \(probes), of \(observations) exchanges")
        lines += [
            "",
            "slice                      outages recall  IoU≥.5 onset p50/p95 s   recovery p50/p95 s  start error p50/p95 s",
        ]
        for (name, fits) in Self.slices { lines.append(line(name, cases.filter(fits))) }
        lines += ["", "attribution (rows: what it was; columns: what was told)"] + matrix
        return lines.joined(separator: "\n")
    }

    private static var slices: [(String, @Sendable (Case) -> Bool)] {
        [
            ("all", { _ in true }),
            ("networks", { $0.truth.cause == .network }),
            ("  10/s", { $0.truth.cause == .network && $0.truth.rate >= 5 }),
            ("  1/s", { $0.truth.cause == .network && (0.5..<5).contains($0.truth.rate) }),
            ("  0.1/s", { $0.truth.cause == .network && (0.05..<0.5).contains($0.truth.rate) }),
            ("  0.01/s", { $0.truth.cause == .network && $0.truth.rate < 0.05 }),
            (
                "  0.1/s, ≥ 5 min",
                {
                    $0.truth.cause == .network && (0.05..<0.5).contains($0.truth.rate)
                        && $0.truth.length >= 300
                }
            ),
            (
                "  0.01/s, ≥ 15 min",
                { $0.truth.cause == .network && $0.truth.rate < 0.05 && $0.truth.length >= 900 }
            ),
            ("  loss 0", { $0.truth.cause == .network && $0.truth.loss == 0 }),
            ("  loss 1 %", { $0.truth.cause == .network && $0.truth.loss == 0.01 }),
            ("  loss 5 %", { $0.truth.cause == .network && $0.truth.loss == 0.05 }),
            ("  loss 20 %", { $0.truth.cause == .network && $0.truth.loss == 0.2 }),
            ("  1 server", { $0.truth.cause == .network && $0.truth.servers == 1 }),
            ("  2 servers", { $0.truth.cause == .network && $0.truth.servers == 2 }),
            ("  4 servers", { $0.truth.cause == .network && $0.truth.servers == 4 }),
            ("  with BGP", { $0.truth.cause == .network && $0.hasRoutes }),
            ("  without BGP", { $0.truth.cause == .network && !$0.hasRoutes }),
            ("servers", { $0.truth.cause == .server }),
            ("partial", { $0.truth.cause == .partial }),
            ("prefixes", { $0.truth.cause == .prefix }),
            ("own uplink", { $0.truth.cause == .uplink }),
        ]
    }

    private func line(_ name: String, _ cases: [Case]) -> String {
        let told = cases.filter { $0.overlap != nil }.count
        let good = cases.filter { ($0.overlap ?? 0) >= 0.5 }.count
        return [
            Self.pad(name, 26), Self.pad("\(cases.count)", 8), Self.pad(Self.ratio(told, cases.count), 8),
            Self.pad(Self.ratio(good, cases.count), 7), Self.pad(Self.pair(cases.compactMap(\.onset)), 17),
            Self.pad(Self.pair(cases.compactMap(\.recovery)), 20), Self.pair(cases.compactMap(\.startError)),
        ].joined()
    }

    private var matrix: [String] {
        let causes = OutageTruth.Cause.allCases
        let head = Self.pad("", 20) + causes.map { Self.pad("\($0)", 9) }.joined()
        let rows = causes.filter { $0 != .none }.map { cause in
            let row = cases.filter { $0.truth.cause == cause && $0.truth.isDistinct }
            return Self.pad("\(cause)", 20)
                + causes.map { told in Self.pad("\(row.filter { ($0.cause ?? .none) == told }.count)", 9) }
                .joined()
        }
        let lone = cases.filter { !$0.truth.isDistinct }
        let last = causes.map { told in Self.pad("\(lone.filter { ($0.cause ?? .none) == told }.count)", 9) }
            .joined()
        return [head] + rows + [Self.pad("network of 1 server", 20) + last]
    }

    private static func pair(_ values: [Double]) -> String {
        guard let middle = quantile(values, 0.5), let high = quantile(values, 0.95) else { return "–" }
        return "\(round(middle, 1))/\(round(high, 1))"
    }

    /// The value that this share of the values does not exceed.
    private static func quantile(_ values: [Double], _ share: Double) -> Double? {
        let sorted = values.sorted()
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return sorted.isEmpty ? nil : sorted[max(0, min(sorted.count, rank) - 1)]
    }

    private static func ratio(_ part: Int, _ whole: Int) -> String {
        whole == 0 ? "–" : "\(round(Double(part) / Double(whole), 4))"
    }

    private static func round(_ value: Double, _ digits: Int) -> Double {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        return (value * scale).rounded() / scale
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
