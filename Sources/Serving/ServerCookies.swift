import DNSWire
package import Primitives

/// Server cookies that any server with the same secret can check (RFC 9018 §4): proof that a client receives at
/// the address that it sends from.
package struct ServerCookies: Sendable {
    private let secret: SipHash.Key

    /// - Parameter secret: unpredictable, and the same in all workers.
    package init(secret: SipHash.Key) { self.secret = secret }

    /// Client cookie and server cookie together, in octets.
    package static let octetCount = 24
    /// What the option adds to a message, in octets.
    static let optionOctets = 4 + octetCount

    private static let version: UInt64 = 1
    /// How old a cookie may be, and how far in the future (RFC 9018 §4.3), in seconds.
    private static let ageMax: Int32 = 3600
    private static let aheadMax: Int32 = 300

    /// Writes the cookies for a client into 24 octets of `room`, a new one in each answer.
    package func write(
        answering option: UnsafeRawBufferPointer, from client: IPAddress, at time: Timestamp,
        into room: UnsafeMutableRawBufferPointer
    ) {
        guard option.count >= 8, room.count >= Self.octetCount else { return }
        let made = UInt32(truncatingIfNeeded: time.milliseconds / 1000)
        let own = Self.version | UInt64(made.byteSwapped) << 32
        let clientCookie = Self.word(option, at: 0)
        Self.store(clientCookie, in: room, at: 0)
        Self.store(own, in: room, at: 8)
        Self.store(hash(clientCookie, own, client), in: room, at: 16)
    }

    /// Whether the server cookie in `option` is one that this client was given within the last hour.
    package func verifies(_ option: UnsafeRawBufferPointer, from client: IPAddress, at time: Timestamp)
        -> Bool
    {
        guard option.count == Self.octetCount else { return false }
        let own = Self.word(option, at: 8)
        let made = UInt32(truncatingIfNeeded: own >> 32).byteSwapped
        // The time is a serial number of 32 bits (RFC 1982).
        let age = Int32(
            truncatingIfNeeded: UInt32(truncatingIfNeeded: time.milliseconds / 1000) &- made)
        guard own & 0xFF == Self.version, (-Self.aheadMax...Self.ageMax).contains(age) else { return false }
        return hash(Self.word(option, at: 0), own, client) == Self.word(option, at: 16)
    }

    private func hash(_ clientCookie: UInt64, _ own: UInt64, _ client: IPAddress) -> UInt64 {
        var hash = SipHash(key: secret)
        hash.combine(clientCookie)
        hash.combine(own)
        guard client.family == .ipv6 else {
            return hash.finish(tail: UInt64(UInt32(truncatingIfNeeded: client.low).byteSwapped), count: 20)
        }
        hash.combine(client.high.byteSwapped)
        hash.combine(client.low.byteSwapped)
        return hash.finish(tail: 0, count: 32)
    }

    private static func word(_ octets: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(octets[offset + index]) << UInt64(8 * index) }
        return word
    }

    private static func store(_ word: UInt64, in room: UnsafeMutableRawBufferPointer, at offset: Int) {
        for index in 0..<8 {
            room[offset + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index))
        }
    }
}

extension ServerCookies {
    /// The option that answers a client's; nil when the client sent none.
    func option(answering option: EDNSOption?, from client: IPAddress, at time: Timestamp) -> EDNSOption? {
        guard let option, EDNSOption.isCookie(count: option.data.count) else { return nil }
        let data = [UInt8](unsafeUninitializedCapacity: Self.octetCount) { room, count in
            let room = UnsafeMutableRawBufferPointer(room)
            option.data.withUnsafeBytes { write(answering: $0, from: client, at: time, into: room) }
            count = Self.octetCount
        }
        return EDNSOption(code: EDNSOption.cookie, data: data)
    }

    /// Adds the option to a message of `count` octets in `reply` that ends with an OPT record without options.
    ///
    /// Returns the new length; 0 when the message is not such a one, or has no room for it within `limit`.
    func append(
        to reply: UnsafeMutableRawBufferPointer, count: Int, limit: Int,
        answering query: UnsafeRawBufferPointer,
        from client: IPAddress, at time: Timestamp
    ) -> Int {
        let end = count + Self.optionOctets
        guard count >= 11, end <= min(limit, reply.count), reply[count - 11] == 0, reply[count - 10] == 0,
            reply[count - 9] == 41, reply[count - 2] == 0, reply[count - 1] == 0
        else { return 0 }
        reply[count - 1] = UInt8(truncatingIfNeeded: Self.optionOctets)
        reply[count] = 0
        reply[count + 1] = UInt8(truncatingIfNeeded: EDNSOption.cookie)
        reply[count + 2] = 0
        reply[count + 3] = UInt8(truncatingIfNeeded: Self.octetCount)
        let room = UnsafeMutableRawBufferPointer(rebasing: reply[(count + 4)..<end])
        write(answering: query, from: client, at: time, into: room)
        return end
    }
}
