import GRDB
import Reachability

/// The columns of an observation, in the order in which they leave the log.
enum ObservationColumns {
    enum Form: Sendable {
        case time
        case integer
        case real
        case text
    }

    static let all: [(name: String, form: Form)] = [
        ("ts", .time), ("bucket_s", .integer), ("scope", .text), ("key", .text), ("af", .integer),
        ("transport", .text), ("asn", .integer), ("as_name", .text), ("prefix", .text), ("sent", .integer),
        ("answered", .integer), ("timeouts", .integer), ("unreachable", .integer), ("refused", .integer),
        ("servfail", .integer), ("rtt_p50_ms", .real), ("rtt_p95_ms", .real), ("baseline_ratio", .real),
        ("belief_up", .real), ("state", .text), ("bgp_visible", .integer), ("bgp_peers_seeing", .integer),
        ("bgp_peers_total", .integer), ("lame", .integer), ("malformed", .integer), ("unreachable_by", .text),
    ]

    /// The columns as they are exported: a state that no belief says follows from the counts.
    static var selection: String {
        all.map { $0.name == "state" ? "coalesce(state, \(ReachabilityState.expression)) AS state" : $0.name }
            .joined(separator: ", ")
    }

    /// The fields of a row of `selection`.
    static func compose(_ row: Row, into line: inout LineComposer) {
        for (index, column) in all.enumerated() {
            switch column.form {
            case .time: line.time(column.name, row[index] as Int64?)
            case .integer: line.integer(column.name, row[index] as Int64?)
            case .real: line.real(column.name, row[index] as Double?)
            case .text: line.text(column.name, row[index] as String?)
            }
        }
    }
}
