package import DNSWire
import Caching
import Primitives

extension Resolver {
    /// Asks the servers again for an answer that clients go on asking for, before it runs out: for each record of its chain
    /// of aliases that has no more than `left` seconds. Where they cannot be asked, what there is stays.
    ///
    /// - Parameter checkingDisabled: as in `resolve`; what comes is validated now, so that no client waits for it.
    package func renew(_ question: Question, within left: UInt32, checkingDisabled: Bool = false) async {
        let budget = newBudget
        var name = question.name
        for _ in 0...Limits.aliases {
            let asked = Question(name, question.type)
            var found = known(asked).flatMap { $0.ttl > left ? self.found($0, asked) : nil }
            if found == nil {
                let fresh = await iterate(asked, budget: budget, depth: 0)
                keep(fresh, asked)
                found = fresh
            }
            guard case .alias(_, let target) = found else { break }
            name = target
        }
        _ = await resolve(question, checkingDisabled: checkingDisabled)
    }
}
