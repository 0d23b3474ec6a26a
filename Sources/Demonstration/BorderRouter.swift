import Glibc
import Primitives
import RoutingWire

/// A BGP speaker that announces and withdraws the routes of the miniature Internet to the resolver's route feed, over
/// a TCP session of its own.
final class BorderRouter {
    private let address: IPAddress
    private let asn: ASNumber
    private let feed: Endpoint
    private let feedNumber: ASNumber
    private let encoding = BGPEncoding()
    private var descriptor: Int32 = -1

    /// How long the other side may take for an answer, in seconds.
    private static let patience = 5

    init(address: IPAddress, asn: ASNumber, feed: Endpoint, feedNumber: ASNumber) {
        self.address = address
        self.asn = asn
        self.feed = feed
        self.feedNumber = feedNumber
    }

    deinit { close() }

    /// Opens the session: OPEN and KEEPALIVE, both ways. Without a hold time, nothing more has to be said.
    func connect() throws(DemonstrationProblem) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let own = Endpoint(address, port: 0)
        guard descriptor >= 0, Self.with(own, { bind(descriptor, $0, $1) }) == 0,
            Self.with(feed, { Glibc.connect(descriptor, $0, $1) }) == 0
        else { throw Self.systemProblem() }
        let open = BGPOpen(
            asNumber: asn, holdTime: 0, identifier: UInt32(truncatingIfNeeded: address.low),
            capabilities: [.multiprotocol(.ipv4), .fourOctetASNumber(asn)])
        try send(.open(open))
        var framer = BGPFramer(encoding: encoding)
        try wait(&framer) { if case .open = $0 { true } else { false } }
        try send(.keepalive)
        try wait(&framer) { $0 == .keepalive }
    }

    func announce(_ prefixes: [Prefix], from origin: ASNumber) throws(DemonstrationProblem) {
        let path = ASPath(asn == origin ? [asn.value] : [asn.value, origin.value])
        try send(
            .update(
                BGPUpdate(announcing: prefixes.map { BGPRoute($0) }, asPath: path, nextHop: address)))
    }

    func withdraw(_ prefixes: [Prefix]) throws(DemonstrationProblem) {
        try send(.update(BGPUpdate(withdrawing: prefixes.map { BGPRoute($0) })))
    }

    /// Says that all routes were told (RFC 4724).
    func finishTable() throws(DemonstrationProblem) { try send(.update(BGPUpdate(endOfRIB: .ipv4))) }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private func send(_ message: BGPMessage) throws(DemonstrationProblem) {
        var octets = message.composed(encoding: encoding)[...]
        while !octets.isEmpty {
            let count = octets.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Self.systemProblem() }
            octets = octets.dropFirst(count)
        }
    }

    /// Reads until a message is the one that is waited for.
    private func wait(
        _ framer: inout BGPFramer, for isWanted: (BGPMessage) -> Bool
    ) throws(DemonstrationProblem) {
        var buffer = [UInt8](repeating: 0, count: BGPMessage.octetsMax)
        while try !hasCome(&framer, isWanted) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Self.systemProblem() }
            framer.append(buffer.prefix(count))
        }
    }

    /// Whether the message is among those that were received whole.
    private func hasCome(
        _ framer: inout BGPFramer, _ isWanted: (BGPMessage) -> Bool
    ) throws(DemonstrationProblem) -> Bool {
        while true {
            let message: BGPMessage?
            do { message = try framer.next() } catch { throw .routeFeed("\(error.reason)") }
            guard let message else { return false }
            if case .notification(let notification) = message {
                throw .routeFeed("NOTIFICATION \(notification.code)/\(notification.subcode)")
            }
            if isWanted(message) { return true }
        }
    }

    private static func systemProblem() -> DemonstrationProblem {
        .routeFeed(String(cString: strerror(errno)))
    }

    private static func with(
        _ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.low).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
