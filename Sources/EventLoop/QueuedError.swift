import CLinux
import Primitives

/// What an entry of a socket's error queue means for an exchange.
enum QueuedError {
    /// The address asked has nothing on the port or protocol (ICMP 3/2 and 3/3, ICMPv6 1/4).
    case portUnreachable
    /// The path ends before the address, as the sender of the error says.
    case unreachable(reportedBy: IPAddress?)
    /// This machine refused to send.
    case local(errno: Int32)
    /// Nothing that ends an exchange, such as a path MTU.
    case passing

    private static let localOrigin: UInt8 = 1
    private static let icmp: UInt8 = 2
    private static let icmp6: UInt8 = 3

    init(_ error: afterglow_queued_error, server: IPAddress) {
        let offender: IPAddress? = error.offender.family == 0 ? nil : error.offender.address
        switch (error.origin, error.type, error.code) {
        case (Self.icmp, 3, 4), (Self.icmp6, 2, _): self = .passing
        case (Self.icmp, 3, 2), (Self.icmp, 3, 3), (Self.icmp6, 1, 4):
            self =
                offender == nil || offender == server ? .portUnreachable : .unreachable(reportedBy: offender)
        case (Self.icmp, 3, _), (Self.icmp, 11, _), (Self.icmp6, 1, _), (Self.icmp6, 3, _):
            self = .unreachable(reportedBy: offender)
        case (Self.localOrigin, _, _): self = .local(errno: error.error)
        default: self = .passing
        }
    }

    /// The end of a datagram exchange; nil when it goes on.
    var datagramOutcome: DatagramOutcome? {
        switch self {
        case .portUnreachable: .portUnreachable
        case .unreachable(let reporter): .unreachable(reportedBy: reporter)
        case .local(let code): .localFailure(errno: code)
        case .passing: nil
        }
    }
}
