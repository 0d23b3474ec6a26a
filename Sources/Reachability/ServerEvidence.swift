/// What one attempt says about the server itself; the greater one of a second stands for the second.
public enum ServerEvidence: Int, Sendable, Hashable, Comparable {
    /// Silence, or a refusal of the connection: its network is up and the service is not.
    case failed
    /// A router on the way says that the server cannot be reached.
    case rejectedByRouter
    /// A message came back, whatever it says.
    case answered

    public static func < (left: ServerEvidence, right: ServerEvidence) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Observation {
    /// What the outcome says about the server; nil where this machine could not send.
    public var evidence: ServerEvidence? {
        switch outcome {
        case .answered, .lame, .malformed: .answered
        case .silent, .refused: .failed
        case .unreachable(let router):
            router == nil || router == server ? .failed : .rejectedByRouter
        case .localFailure: nil
        }
    }
}
