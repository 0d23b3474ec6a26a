import Primitives

/// Sockets that wait for another exchange with their server.
struct IdleSockets {
    private var sockets: [Endpoint: [ExchangeSocket]] = [:]
    private(set) var count = 0

    /// Takes out one of the server's, whichever `random` says, so that no order of ports can be foreseen.
    mutating func take(for server: Endpoint, at now: Instant, _ random: RandomSource) -> ExchangeSocket? {
        guard let idle = sockets[server], !idle.isEmpty else { return nil }
        let socket = idle[random.below(idle.count)]
        remove(socket)
        if socket.isReusable(at: now) { return socket }
        socket.close()
        return nil
    }

    mutating func insert(_ socket: ExchangeSocket) {
        sockets[socket.server, default: []].append(socket)
        count += 1
    }

    mutating func remove(_ socket: ExchangeSocket) {
        guard var idle = sockets.removeValue(forKey: socket.server) else { return }
        if let index = idle.firstIndex(where: { $0 === socket }) {
            idle.swapAt(index, idle.count - 1)
            idle.removeLast()
            count -= 1
        }
        if !idle.isEmpty { sockets[socket.server] = idle }
    }

    /// Closes those that no exchange may use any more.
    mutating func closeExpired(at now: Instant) {
        for socket in sockets.values.joined() where !socket.isReusable(at: now) {
            remove(socket)
            socket.close()
        }
    }
}
