import DNSWire
import Reachability
import Recursion
import Telemetry

extension AnswerSource {
    /// Where the answer of a resolution came from.
    init(of resolution: Resolution) {
        switch resolution.service?.servedFrom {
        case .fresh: self = resolution.responseCode == .serverFailure ? .failure : .nameServers
        case .otherNetwork: self = .otherNetwork
        case .localCopy: self = .localCopy
        case .stale: self = .stale
        case .some(.none): self = .failure
        case nil: self = resolution.responseCode == .serverFailure ? .failure : .recordCache
        }
    }
}
