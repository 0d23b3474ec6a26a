package import EventLoop
package import Primitives

/// Why the resolver cannot start, in words that name the thing and the way out.
package enum DaemonProblem: Error, CustomStringConvertible {
    case cannotListen(Endpoint, SystemError)
    case cannotStartWorker(SystemError)
    /// The listener of the page.
    case cannotServePage(Endpoint, String)
    /// A file that the configuration names: its path and what is wrong with it.
    case badFile(path: String, reason: String)
    /// A key of the configuration that this version cannot honour.
    case unsupported(key: String, reason: String)
    case stateDirectory(path: String, reason: String)

    /// Whether the configuration, or a file that it names, has to be changed.
    package var isOfConfiguration: Bool {
        switch self {
        case .badFile, .unsupported: true
        case .cannotListen, .cannotStartWorker, .cannotServePage, .stateDirectory: false
        }
    }

    package var description: String {
        switch self {
        case .cannotListen(let endpoint, let error):
            "cannot listen on \(endpoint): \(error); is another server running there, or is the port below 1024 "
                + "without CAP_NET_BIND_SERVICE?"
        case .cannotServePage(let endpoint, let reason): "http: cannot listen on \(endpoint): \(reason)"
        case .cannotStartWorker(let error): "cannot start a worker: \(error)"
        case .badFile(let path, let reason): "\(path): \(reason)"
        case .unsupported(let key, let reason): "\(key): \(reason)"
        case .stateDirectory(let path, let reason):
            "state directory \(path): \(reason); set `state-directory` in the configuration or AFTERGLOW_STATE_DIRECTORY"
        }
    }
}
