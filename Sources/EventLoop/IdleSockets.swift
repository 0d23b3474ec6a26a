import Primitives

/// Sockets that wait for another exchange with their server.
struct IdleSockets {
    /// By server; those without any go when sockets expire.
    private var sockets: [Endpoint: [ExchangeSocket]] = [:]
    private(set) var count = 0

    /// Takes out one of the server's, whichever `random` says, so that no order of ports can be foreseen.
    mutating func take(for server: Endpoint, at now: Instant, _ random: RandomSource) -> ExchangeSocket? {
        guard let place = sockets.index(forKey: server), !sockets.values[place].isEmpty else { return nil }
        let socket = remove(random.below(sockets.values[place].count), at: place)
        if socket.isReusable(at: now) { return socket }
        socket.close()
        return nil
    }

    mutating func insert(_ socket: ExchangeSocket) {
        sockets[socket.server, default: []].append(socket)
        count += 1
    }

    mutating func remove(_ socket: ExchangeSocket) {
        guard let place = sockets.index(forKey: socket.server),
            let number = sockets.values[place].firstIndex(where: { $0 === socket })
        else { return }
        _ = remove(number, at: place)
    }

    private mutating func remove(_ number: Int, at place: Dictionary<Endpoint, [ExchangeSocket]>.Index)
        -> ExchangeSocket
    {
        count -= 1
        let last = sockets.values[place].count - 1
        sockets.values[place].swapAt(number, last)
        return sockets.values[place].removeLast()
    }

    /// Closes those that no exchange may use any more.
    mutating func closeExpired(at now: Instant) {
        for (server, idle) in sockets {
            let kept = idle.filter { $0.isReusable(at: now) }
            for socket in idle where !socket.isReusable(at: now) { socket.close() }
            sockets[server] = kept.isEmpty ? nil : kept
            count -= idle.count - kept.count
        }
    }
}
