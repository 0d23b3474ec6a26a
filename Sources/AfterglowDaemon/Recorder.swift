import Primitives
import Reachability
import Recursion
import Settings

/// Takes the workers' observations to the database, with the network that each address belongs to.
final class Recorder: Sendable {
    init(settings: Settings, log: OperatorLog) throws(DaemonProblem) {}

    func record(_ observation: Observation) {}

    let identify: @Sendable (IPAddress) -> NetworkName? = { _ in nil }

    func close() {}
}
