import Glibc

/// A system call that the kernel refused, and why.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The calls that can fail where a caller can do something about it.
    public enum Call: String, Hashable, Sendable {
        case createQueue = "epoll_create"
        case createWakeup = "eventfd"
        case createTimer = "timerfd_create"
        case register = "epoll_ctl"
        case connect
        case createThread = "pthread_create"
        case listen = "bind"
        case readAddress = "getsockname"
        case allocate = "calloc"
    }

    /// What was asked of the kernel.
    public let call: Call
    /// The kernel's errno.
    public let code: Int32

    public init(_ call: Call, code: Int32) {
        self.call = call
        self.code = code
    }

    /// Whether the kernel has no such address or family (EADDRNOTAVAIL, EAFNOSUPPORT).
    public var isAddressUnavailable: Bool { code == EADDRNOTAVAIL || code == EAFNOSUPPORT }

    /// The call and the C library's words, as in `bind: Address already in use`.
    public var description: String { "\(call.rawValue): \(String(cString: strerror(code)))" }

    /// The value of a shim, which is an error below 0.
    static func check(_ call: Call, _ value: Int32) throws(SystemError) -> Int32 {
        guard value >= 0 else { throw SystemError(call, code: 0 &- value) }
        return value
    }
}
