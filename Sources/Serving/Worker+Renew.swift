import DNSWire
import Primitives
import Recursion
import Telemetry

/// Answers that are asked for in the last tenth of their time are resolved anew while they are still good, so that those
/// who ask often never wait for name servers.
extension Worker {
    /// Resolves anew what this query was answered with, and what holds for `left` seconds only.
    func renew(_ octets: [UInt8], within left: UInt32) {
        guard configuration.prefetch, renewals < Limits.renewals,
            case .resolve(let message, let question) = ClientQuery(
                octets, identity: configuration.identity),
            immediateAnswer(to: message, question) == nil
        else { return }
        renewals += 1
        front.counters.addPrefetch()
        Task.immediate(executorPreference: loop) {
            await self.resolver.renew(
                question, within: left, checkingDisabled: message.header.checkingDisabled)
            self.renewals -= 1
        }
    }
}
