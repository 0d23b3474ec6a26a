package import Auditing
package import DNSWire
package import Dashboard
import Serving
import Synchronization

/// Audits zones by a running resolver, for readers of the page: one audit at a time, each look-up after the other, so that readers
/// cannot make the resolver busy.
package final class AuditDesk: Sendable {
    /// What all zones of one audit may take. A closure of a dozen zones takes some hundred look-ups, most of them cached at the
    /// second time.
    private static let limit = Duration.seconds(30)
    /// How long is waited for networks that no table covers: the origin zones are asked once a second.
    private static let patience = Duration.seconds(10)

    private let sources: ZoneAuditor.Sources
    private let isBusy = Mutex(false)

    package init(sources: ZoneAuditor.Sources) { self.sources = sources }

    /// A desk whose look-ups are a worker's, and whose networks are those that the recorder knows.
    convenience init(worker: Worker, recorder: Recorder) {
        self.init(
            sources: ZoneAuditor.Sources(
                resolve: { await worker.look($0) }, identify: { recorder.network(of: $0) },
                learn: { await recorder.learn($0, patience: Self.patience) }))
    }

    /// What came of each zone; nil while another audit is under way.
    package func audit(_ zones: [Name], _ log: SeenLog) async -> [Result<AuditReport, AuditProblem>]? {
        let isFirst = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard isFirst else { return nil }
        defer { isBusy.withLock { $0 = false } }
        let work = Task { await run(zones, log) }
        let alarm = Task {
            guard (try? await Task.sleep(for: Self.limit)) != nil else { return }
            work.cancel()
        }
        defer { alarm.cancel() }
        return await work.value
    }

    private func run(_ zones: [Name], _ log: SeenLog) async -> [Result<AuditReport, AuditProblem>] {
        let auditor = ZoneAuditor(sources: sources, log: log)
        var results: [Result<AuditReport, AuditProblem>] = []
        for zone in zones {
            do throws(AuditProblem) {
                results.append(.success(try await auditor.audit(zone)))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }
}
