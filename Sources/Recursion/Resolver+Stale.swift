package import DNSWire
import Caching
import Primitives
import Validation

extension Resolver {
    /// What the cache still holds of an answer that has expired, for a client that can wait no longer (RFC 8767).
    package func staleAnswer(
        _ question: Question, because text: String, checkingDisabled: Bool = false
    ) -> Resolution? {
        let validates = configuration.validation != nil && !checkingDisabled
        var stale = Resolution(responseCode: .noError, security: validates ? .secure : nil)
        var name = question.name
        for _ in 0..<Limits.aliases {
            let asked = Question(name, question.type)
            guard let hit = known(asked, stale: true) ?? knownRedirection(asked, stale: true) else {
                return nil
            }
            if validates {
                guard let security = staleSecurity(of: hit, at: name) else { return nil }
                stale.weaken(to: security)
            }
            let found = found(hit, asked).lasting(configuration.staleTTL)
            if let finding = found.finding { stale.add(finding, isDenial: found.isDenial) }
            switch found {
            case .alias(_, let target): name = target
            case .nameError:
                stale.responseCode = .nameError
                stale.extendedErrors.insert(ExtendedError(.staleNameError, text), at: 0)
                return stale
            default:
                stale.extendedErrors.insert(ExtendedError(.staleAnswer, text), at: 0)
                return stale
            }
        }
        return nil
    }
}

extension Found {
    /// The same with every TTL set to `ttl` seconds.
    fileprivate func lasting(_ ttl: UInt32) -> Found {
        guard var finding else { return self }
        for index in finding.sets.indices { finding.sets[index].ttl = ttl }
        for index in finding.proof.indices { finding.proof[index].ttl = ttl }
        return with(finding)
    }
}
