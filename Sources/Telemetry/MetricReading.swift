/// Metrics as a server gave them at one moment, read back from Prometheus' text format or OpenMetrics.
///
/// Lines that are no samples are passed over: what is missing counts as absent, never as zero.
public struct MetricReading: Sendable {
    /// One sample: its labels by name, and its value.
    public struct Sample: Sendable, Hashable {
        public let labels: [String: String]
        public let value: Double
    }

    /// Octets of a reading at most, and samples: a server of this kind has some hundreds.
    public static let octetsMax = 4 << 20
    private static let samplesMax = 65_536

    private var samples: [String: [Sample]] = [:]

    public init(_ text: String) {
        var count = 0
        for line in text.utf8.prefix(Self.octetsMax).split(separator: UInt8(ascii: "\n")) {
            guard count < Self.samplesMax, let (name, sample) = Self.sample(line) else { continue }
            samples[name, default: []].append(sample)
            count += 1
        }
    }

    /// The samples of a name, in the order of the text.
    public subscript(name: String) -> [Sample] { samples[name] ?? [] }

    /// The sum over the samples of a name that have these labels; nil where there is none.
    public func sum(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = self[name].filter { sample in labels.allSatisfy { sample.labels[$0.key] == $0.value } }
        return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value }
    }

    /// The buckets of a histogram: upper bounds, ascending, with how many were at most as long.
    public func buckets(_ name: String) -> [(bound: Double, count: Double)] {
        self[name + "_bucket"].compactMap { sample in
            guard let text = sample.labels["le"] else { return nil }
            return (text == "+Inf" ? .infinity : Double(text)).map { ($0, sample.value) }
        }.sorted { $0.bound < $1.bound }
    }

    private static func sample(_ line: some Collection<UInt8>) -> (String, Sample)? {
        var rest = Array(line)[...]
        guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
        let end = rest.firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: " ") } ?? rest.endIndex
        let name = String(decoding: rest[..<end], as: UTF8.self)
        rest = rest[end...]
        var labels: [String: String] = [:]
        if rest.first == UInt8(ascii: "{") {
            rest = rest.dropFirst()
            while let (label, value) = label(&rest) { labels[label] = value }
            guard rest.popFirst() == UInt8(ascii: "}") else { return nil }
        }
        // A time, or an exemplar of OpenMetrics, may follow the value.
        let fields = rest.split(separator: UInt8(ascii: " "))
        guard !name.isEmpty, let text = fields.first.map({ String(decoding: $0, as: UTF8.self) }) else {
            return nil
        }
        let value = text == "+Inf" ? Double.infinity : Double(text)
        return value.map { (name, Sample(labels: labels, value: $0)) }
    }

    /// Reads `name="value"` and the comma after it.
    private static func label(_ rest: inout ArraySlice<UInt8>) -> (String, String)? {
        guard let equals = rest.firstIndex(of: UInt8(ascii: "=")),
            let close = rest.firstIndex(of: UInt8(ascii: "}")) ?? rest.indices.last, equals < close
        else { return nil }
        let name = String(decoding: rest[..<equals], as: UTF8.self)
        rest = rest[equals...].dropFirst()
        guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
        var value: [UInt8] = []
        while let octet = rest.popFirst(), octet != UInt8(ascii: "\"") {
            guard octet == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                value.append(octet)
                continue
            }
            value.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
        }
        if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() }
        return (name, String(decoding: value, as: UTF8.self))
    }
}
