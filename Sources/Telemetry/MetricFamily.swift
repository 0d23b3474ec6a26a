/// What is measured under one name: the family's description and its samples.
///
/// Names follow the conventions of Prometheus (https://prometheus.io/docs/practices/naming/): a prefix, what is counted in the
/// plural, base units at the end; counters get `_total` when they are written.
public struct MetricFamily: Sendable, Hashable {
    /// What a sample of the family says, and how a scraper adds it up.
    public enum Kind: String, Sendable, Hashable {
        case counter
        case gauge
        case histogram
    }

    /// The name without the suffix of its kind, such as `afterglow_queries`.
    public var name: String
    public var kind: Kind
    /// One sentence.
    public var help: String
    /// The unit that the name ends with, such as `seconds`; nil for counts.
    public var unit: String?
    public var samples: [MetricSample]

    public init(
        _ name: String, _ kind: Kind, unit: String? = nil, help: String, _ samples: [MetricSample]
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.unit = unit
        self.samples = samples
    }
}

/// One value of a family, told from the others by its labels.
public struct MetricSample: Sendable, Hashable {
    /// A counter of whole numbers, a gauge, or a histogram.
    public enum Value: Sendable, Hashable {
        case count(UInt64)
        case real(Double)
        case histogram(LatencyHistogram)
    }

    /// A name and a value that tell a sample from others of its family.
    public struct Label: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var labels: [Label]
    public var value: Value

    public init(_ value: Value, _ labels: [Label] = []) {
        self.labels = labels
        self.value = value
    }
}
