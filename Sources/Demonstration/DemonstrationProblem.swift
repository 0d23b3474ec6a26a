/// Why the demonstration cannot be given, in words that name the thing and the way out.
package enum DemonstrationProblem: Error, CustomStringConvertible {
    /// A loopback address or a port that cannot be listened on.
    case cannotListen(String)
    /// The resolver does not start.
    case resolver(String)
    /// The route feed does not take what the router tells.
    case routeFeed(String)
    /// The directory of its database and files.
    case directory(String)
    /// A mistake in the demonstration's own zones and networks.
    case badWorld(String)

    package var description: String {
        switch self {
        case .cannotListen(let reason):
            "cannot listen on a loopback address: \(reason); the demonstration needs all of 127.0.0.0/8, as Linux has it"
        case .resolver(let reason): "the resolver does not start: \(reason)"
        case .routeFeed(let reason): "the BGP session with the resolver failed: \(reason)"
        case .directory(let reason): "\(reason); TMPDIR names another place"
        case .badWorld(let reason): "the demonstration's own world is wrong at '\(reason)'"
        }
    }
}
