import DNSWire
import EventLoop
import Primitives
import Synchronization
import Zones

/// One name server on one address, over UDP and TCP: it answers from its zones, or not at all.
final class AuthoritativeServer: DatagramHandler, StreamHandler {
    private let zones: ZoneStore
    private let datagrams: DatagramListener
    private let streams: StreamListener
    private let reachable = Atomic(true)

    let address: IPAddress
    var port: UInt16 { datagrams.localEndpoint.port }

    /// Binds to `endpoint`; with port 0 to one that is free for both transports.
    init(zones: ZoneStore, endpoint: Endpoint, loop: EventLoop) throws(SystemError) {
        self.zones = zones
        address = endpoint.address
        datagrams = try DatagramListener(loop: loop, endpoint: endpoint)
        streams = try StreamListener(
            loop: loop, endpoint: Endpoint(endpoint.address, port: datagrams.localEndpoint.port))
    }

    /// Whether anything comes back from the server; can be set on any thread.
    var isReachable: Bool {
        get { reachable.load(ordering: .relaxed) }
        set { reachable.store(newValue, ordering: .relaxed) }
    }

    /// Begins to answer; on the loop. A socket that the loop does not take stays silent.
    func start() {
        try? datagrams.start(self)
        try? streams.start(self)
    }

    func receive(_ datagrams: ArrivedDatagrams) {
        for index in datagrams.all.indices where isReachable {
            guard let query = query([UInt8](datagrams.all[index].octets)) else { continue }
            let limit = query.edns.map { min(Int($0.payloadSize), Int(Limits.payloadSize)) }
            let response = zones.respond(to: query)
            datagrams.reply(to: index, with: response.compose(limit: limit ?? Limits.payloadSizeWithoutEDNS))
        }
    }

    func receive(_ message: [UInt8], from peer: Endpoint, on connection: StreamConnection) {
        guard isReachable, let query = query(message) else { return connection.close() }
        connection.send(zones.respond(to: query).compose())
    }

    private func query(_ octets: [UInt8]) -> Message? {
        guard let message = try? Message(parsing: octets), !message.header.isResponse else { return nil }
        return message
    }
}
