package import DNSWire
import Recursion
import Validation

/// Holds that nothing false is called secure, and that of signed zones nothing false is said at all.
package struct SecurityChecker {
    private let world: SimulatedWorld
    private let truth: TruthChecker

    package init(world: SimulatedWorld) {
        self.world = world
        truth = TruthChecker(zones: world.zones, failuresAllowed: true)
    }

    package func check(_ report: SimulatedReport) -> [Violation] {
        let untrue = Set(truth.check(report))
        return report.outcomes.compactMap { outcome -> Violation? in
            let question = outcome.query.question
            let isTrue = !untrue.contains { $0.isAbout(question) }
            if outcome.resolution.security == .secure, !isTrue { return .falselySecure(question) }
            guard world.isSecure(question), outcome.resolution.responseCode != .serverFailure else {
                return nil
            }
            return isTrue && outcome.resolution.security == .secure ? nil : .believed(question)
        }
    }

    /// The questions whose answers are not as secure as their zones make them, once nobody lies any more.
    package func shortfalls(_ report: SimulatedReport) -> [Question] {
        report.outcomes.compactMap { outcome in
            let isSecure = outcome.resolution.security == .secure
            return isSecure == world.isSecure(outcome.query.question) ? nil : outcome.query.question
        }
    }
}

extension Violation {
    fileprivate func isAbout(_ question: Question) -> Bool {
        if case .untrue(let other, _, _) = self { other == question } else { false }
    }
}
