package import DNSWire
package import Primitives
package import Zones

/// Why a primary gave no copy of a zone. The old copy, if there is one, stays as it is.
package enum TransferTrouble: Error, Hashable, Sendable, CustomStringConvertible {
    /// No answer in time.
    case silent
    /// The address refused the connection.
    case connectionRefused
    /// An ICMP error, and the router that sent it.
    case unreachable(reportedBy: IPAddress?)
    /// The connection ended before anything came.
    case closed
    /// This machine could not connect; the number is the kernel's errno.
    case local(errno: Int32)
    /// Octets that are no message.
    case malformed(WireError)
    /// An answer to the question for the SOA record that is not authoritative or has none.
    case notAuthoritative
    case signature(TransactionSignatureError)
    case transfer(TransferError)
    /// More octets than the zone may have.
    case tooLarge(octetsMax: Int)

    package var description: String {
        switch self {
        case .silent: "no answer in time"
        case .connectionRefused: "the connection is refused"
        case .unreachable(let router?): "unreachable, says \(router)"
        case .unreachable(nil): "unreachable"
        case .closed: "the connection was closed without an answer"
        case .local(let code): "this machine cannot connect (errno \(code))"
        case .malformed(let error): "an answer that is no DNS message: \(error)"
        case .notAuthoritative: "the answer for the SOA record is not authoritative; does it serve the zone?"
        case .signature(let error): error.description
        case .transfer(let error): error.description
        case .tooLarge(let octetsMax): "more than \(octetsMax) octets; `size-limit` of the zone says how many"
        }
    }
}
