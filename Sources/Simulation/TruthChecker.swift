package import DNSWire
import Recursion
package import Zones

/// Holds every answer against what the world's zones say.
package struct TruthChecker {
    private let zones: ZoneStore
    /// Whether SERVFAIL is an answer too, as it is while servers cannot be reached.
    private let failuresAllowed: Bool

    package init(zones: ZoneStore, failuresAllowed: Bool) {
        self.zones = zones
        self.failuresAllowed = failuresAllowed
    }

    package func check(_ report: SimulatedReport) -> [Violation] {
        report.outcomes.compactMap { outcome in
            let question = outcome.query.question
            let resolution = outcome.resolution
            let truth = truth(question)
            if resolution.responseCode == .serverFailure, truth.responseCode != .serverFailure {
                return failuresAllowed ? nil : .failed(question)
            }
            guard resolution.responseCode == truth.responseCode,
                facts(resolution.answers) == facts(truth.answers)
            else { return .untrue(question, got: resolution.responseCode, expected: truth.responseCode) }
            return nil
        }
    }

    /// What the zones say of a question, aliases followed from zone to zone.
    package func truth(_ question: Question) -> (responseCode: ResponseCode, answers: [Record]) {
        var answers: [Record] = []
        var name = question.name
        for _ in 0..<32 {
            switch zones.lookup(name, question.type) {
            case .answer(let set): return (.noError, answers + set)
            case .alias(let record), .redirection(_, alias: .some(let record)):
                answers.append(record)
                guard let target = record.target else { return (.serverFailure, []) }
                name = target
            case .noData: return (.noError, answers)
            case .nameError: return (.nameError, answers)
            case .referral, .outOfZone, .redirection(_, alias: nil): return (.serverFailure, [])
            }
        }
        return (.serverFailure, [])
    }

    /// The records without TTLs and order. DNAME is left out because the CNAME made from it says the same, and
    /// signatures because they are the servers' and not the zones'.
    private func facts(_ records: [Record]) -> Set<Record> {
        Set(
            records.filter { $0.type != .dname && $0.type != .rrsig }.map { record in
                Record(
                    name: record.name.lowercased, type: record.type, recordClass: record.recordClass, ttl: 0,
                    data: record.data.canonical(type: record.type))
            })
    }
}
