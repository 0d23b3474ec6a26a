public import Primitives

/// What came of one datagram sent to a server.
public enum DatagramOutcome: Hashable, Sendable {
    /// The first datagram that was accepted.
    case received([UInt8], roundTrip: Duration)
    /// Nothing acceptable before the timeout, or too many foreign datagrams.
    case silent
    /// An ICMP error for the network, host or path (RFC 792, RFC 4443 §3.1), and who sent it.
    case unreachable(reportedBy: IPAddress?)
    /// The address itself said that nothing listens on the port.
    case portUnreachable
    /// This machine could not send; it says nothing about the server.
    case localFailure(errno: Int32)
}

extension EventLoop {
    /// Sends `query` from an unpredictable port that no other exchange uses meanwhile (RFC 5452 §9.2), and waits.
    ///
    /// Datagrams that `accept` refuses are ignored, up to 16. On the loop only.
    public func exchangeDatagram(
        _ query: [UInt8], with server: Endpoint, timeout: Duration, accept: @escaping ([UInt8]) -> Bool
    ) async -> DatagramOutcome {
        checkIsolated()
        return await withUnsafeContinuation { (continuation: UnsafeContinuation<DatagramOutcome, Never>) in
            do throws(SystemError) {
                try socket(for: server).begin(
                    query, timeout: timeout, accept: accept, waiter: continuation)
            } catch {
                continuation.resume(returning: .localFailure(errno: error.code))
            }
        }
    }

    private func socket(for server: Endpoint) throws(SystemError) -> ExchangeSocket {
        if let socket = idleSockets.take(for: server, at: now, random) { return socket }
        return try ExchangeSocket(loop: self, server: server)
    }

    /// Keeps a socket for the next exchange with its server, or closes it when it has served long enough.
    func keep(_ socket: ExchangeSocket) {
        guard socket.isReusable(at: now), idleSockets.count < Limits.idleSockets else {
            return socket.close()
        }
        idleSockets.insert(socket)
        if sweep == nil { scheduleSweep() }
    }

    /// Closes an idle socket.
    func retire(_ socket: ExchangeSocket) {
        idleSockets.remove(socket)
        socket.close()
    }

    private func scheduleSweep() {
        sweep = schedule(at: now + Limits.socketAge) { [unowned self] in
            sweep = nil
            idleSockets.closeExpired(at: now)
            if idleSockets.count > 0 { scheduleSweep() }
        }
    }
}
