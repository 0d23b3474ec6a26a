import DNSWire
import Primitives

/// What an ordinary query looks like on the wire, read without copying: the front of the datagram path.
///
/// Anything unusual is not a shape and goes the long way, where it is answered or refused with care.
public struct QueryShape {
    /// A hash of the question in lower case and of the flags that change an answer.
    public let hash: UInt64
    /// RD, AD, CD, DO and the presence of EDNS in one octet: part of the key.
    public let flags: UInt8
    // Offsets and lengths are below 4,096: shapes of a whole batch stay close together.
    private let end: UInt16
    private let most: UInt16
    private let cookieStart: UInt16
    private let cookieEnd: UInt16

    /// The end of the question section; the question starts at offset 12.
    public var questionEnd: Int { Int(end) }
    /// The largest answer that the client takes, in octets.
    public var limit: Int { Int(most) }
    /// Whether the client sent a cookie.
    public var hasCookie: Bool { cookieStart < cookieEnd }
    /// Where the data of the client's cookie option stands; empty without one.
    public var cookie: Range<Int> { Int(cookieStart)..<max(Int(cookieStart), Int(cookieEnd)) }

    /// An OPT record without options (RFC 6891 §6.1.2).
    public static let emptyOPTOctets = 11

    /// The lower half of the hash, by which tables find it.
    public var tableHash: UInt32 { UInt32(truncatingIfNeeded: hash) }

    /// - Parameter seed: what makes the hash unpredictable; the same for all that are compared.
    public init?(_ octets: UnsafeRawBufferPointer, seed: UInt64 = 0) {
        guard octets.count >= 17, octets.count <= 512, octets[2] & 0xFE == 0, octets[3] & 0x4F == 0,
            // One question, no answers, no authorities, one additional record at most.
            UInt64(bigEndian: octets.loadUnaligned(fromByteOffset: 4, as: UInt64.self)) & ~1 == 1 << 48
        else { return nil }
        var position = 12
        while position < octets.count, octets[position] != 0 {
            let length = Int(octets[position])
            guard length <= 63, position + 1 + length < octets.count else { return nil }
            position += 1 + length
        }
        let end = position + 5
        guard end <= octets.count, end - 12 <= 259, octets[end - 2] == 0, octets[end - 1] == 1 else {
            return nil
        }
        var flags = octets[2] & 0x01 | octets[3] & 0x30
        var limit = Limits.payloadSizeWithoutEDNS
        var cookie = 0..<0
        if octets[11] == 1 {
            guard let edns = Self.readEDNS(octets, at: end) else { return nil }
            flags |= 0x02 | (edns.dnssecOK ? 0x04 : 0)
            limit = edns.limit
            cookie = edns.cookie
        } else if octets.count != end {
            return nil
        }
        let rest = UInt64(octets[end - 4]) << 16 | UInt64(octets[end - 3]) << 8 | UInt64(flags)
        hash = Name.hash(
            UnsafeRawBufferPointer(rebasing: octets[12..<(end - 4)]),
            seed: seed ^ rest &* 0x9E37_79B9_7F4A_7C15)
        self.flags = flags
        self.end = UInt16(truncatingIfNeeded: end)
        most = UInt16(truncatingIfNeeded: limit)
        cookieStart = UInt16(truncatingIfNeeded: cookie.lowerBound)
        cookieEnd = UInt16(truncatingIfNeeded: cookie.upperBound)
    }

    /// An OPT record of version 0 that ends the message. Of its options, which must be whole, the cookie is noted;
    /// the request for an identity goes the long way; others do not change our answer.
    private static func readEDNS(_ octets: UnsafeRawBufferPointer, at start: Int) -> (
        limit: Int, dnssecOK: Bool, cookie: Range<Int>
    )? {
        guard start + 11 <= octets.count, octets[start] == 0, octets[start + 1] == 0, octets[start + 2] == 41,
            octets[start + 6] == 0,
            start + 11 + Int(octets[start + 9]) << 8 + Int(octets[start + 10]) == octets.count
        else { return nil }
        var cookie = 0..<0
        var option = start + 11
        while option + 4 <= octets.count {
            let code = UInt16(octets[option]) << 8 | UInt16(octets[option + 1])
            let data = option + 4
            option = data + Int(octets[option + 2]) << 8 + Int(octets[option + 3])
            if code == EDNSOption.nsid { return nil }
            guard code == EDNSOption.cookie else { continue }
            guard cookie.isEmpty, EDNSOption.isCookie(count: option - data) else { return nil }
            cookie = data..<option
        }
        guard option == octets.count else { return nil }
        let size = Int(octets[start + 3]) << 8 | Int(octets[start + 4])
        let limit = max(Limits.payloadSizeWithoutEDNS, min(size, Int(Limits.payloadSize)))
        return (limit, octets[start + 7] & 0x80 != 0, cookie)
    }
}
