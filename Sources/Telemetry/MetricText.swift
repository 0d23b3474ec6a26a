/// Composes families of metrics as text, for Prometheus and what reads the same.
public struct MetricText: Sendable {
    /// The two forms that scrapers ask for.
    public enum Form: Sendable {
        /// Prometheus' text format 0.0.4.
        case prometheus
        /// OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/).
        case openMetrics

        /// The media type that the form is sent as.
        public var mediaType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    /// Families in the order in which they are given, each with its samples together.
    public static func compose(_ families: [MetricFamily], as form: Form) -> String {
        var text = ""
        for family in families {
            let isNamedInFull = form == .prometheus && family.kind == .counter
            let name = isNamedInFull ? family.name + "_total" : family.name
            text += "# HELP \(name) \(escape(family.help, quotes: form == .openMetrics))\n"
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            if form == .openMetrics, let unit = family.unit { text += "# UNIT \(name) \(unit)\n" }
            for sample in family.samples { compose(sample, of: family, into: &text) }
        }
        return form == .openMetrics ? text + "# EOF\n" : text
    }

    private static func compose(_ sample: MetricSample, of family: MetricFamily, into text: inout String) {
        let name = family.kind == .counter ? family.name + "_total" : family.name
        switch sample.value {
        case .count(let count): text += "\(name)\(labels(sample.labels)) \(count)\n"
        case .real(let number): text += "\(name)\(labels(sample.labels)) \(print(number))\n"
        case .histogram(let histogram):
            for (bound, count) in histogram.cumulative {
                let limit = MetricSample.Label("le", bound.map(print) ?? "+Inf")
                text += "\(name)_bucket\(labels(sample.labels + [limit])) \(count)\n"
            }
            text += "\(name)_sum\(labels(sample.labels)) \(print(histogram.sum))\n"
            text += "\(name)_count\(labels(sample.labels)) \(histogram.count)\n"
        }
    }

    private static func labels(_ labels: [MetricSample.Label]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { "\($0.name)=\"\(escape($0.value, quotes: true))\"" }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func print(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        return "\(number)"
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
