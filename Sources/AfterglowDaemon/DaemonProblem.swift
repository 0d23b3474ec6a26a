package import EventLoop
import Glibc
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
            "cannot listen on \(endpoint): \(error)\(Self.wayOut(error, port: endpoint.port))"
        case .cannotServePage(let endpoint, let reason): "http: cannot listen on \(endpoint): \(reason)"
        case .cannotStartWorker(let error): "cannot start a worker: \(error)"
        case .badFile(let path, let reason): "\(path): \(reason)"
        case .unsupported(let key, let reason): "\(key): \(reason)"
        case .stateDirectory(let path, let reason):
            "state directory \(path): \(reason); set `state-directory` in the configuration or AFTERGLOW_STATE_DIRECTORY"
        }
    }

    private static func wayOut(_ error: SystemError, port: UInt16) -> String {
        switch error.code {
        case EADDRINUSE:
            "; `ss -lntup 'sport = :\(port)'` names the program there; `listen` or --listen takes another address or port"
        case EACCES:
            "; ports below 1024 need CAP_NET_BIND_SERVICE: `setcap CAP_NET_BIND_SERVICE=+ep` on the executable, or "
                + "systemd's AmbientCapabilities"
        case _ where error.isAddressUnavailable:
            "; this machine has no such address; `listen` or --listen takes one that `ip address` shows"
        default: ""
        }
    }

    /// Why a file could not be read just now, in the C library's words.
    package static func unreadable(_ path: String) -> String {
        let isReadable = access(path, R_OK) == 0
        return "cannot be read: " + (isReadable ? "not a plain file" : String(cString: strerror(errno)))
    }
}
