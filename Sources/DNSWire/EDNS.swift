import Primitives

/// The OPT pseudo-record (RFC 6891 §6.1).
public struct EDNS: Hashable, Sendable {
    /// The sender's UDP payload size in octets.
    public var payloadSize: UInt16
    public var version: UInt8
    public var dnssecOK: Bool
    public var options: [EDNSOption]

    public init(payloadSize: UInt16, version: UInt8 = 0, dnssecOK: Bool = false, options: [EDNSOption] = []) {
        self.payloadSize = payloadSize
        self.version = version
        self.dnssecOK = dnssecOK
        self.options = options
    }

    /// Reads an OPT record; the upper bits of the response code are returned beside it.
    static func parse(_ record: Record, at offset: Int) throws(WireError) -> (edns: EDNS, extendedCode: UInt8)
    {
        guard record.name.isRoot else { throw .badOPT(at: offset) }
        var edns = EDNS(
            payloadSize: record.recordClass.rawValue,
            version: UInt8(truncatingIfNeeded: record.ttl >> 16),
            dnssecOK: record.ttl & 0x8000 != 0)
        var reader = WireReader(record.data.octets)
        while reader.remaining > 0 {
            guard let code = try? reader.readUInt16(), let count = try? reader.readUInt16(),
                let data = try? reader.readOctets(Int(count))
            else { throw .badOPT(at: offset) }
            edns.options.append(EDNSOption(code: code, data: Array(data)))
        }
        return (edns, UInt8(truncatingIfNeeded: record.ttl >> 24))
    }

    /// The octets that `compose` will write.
    var octetCount: Int { 11 + options.reduce(0) { $0 + 4 + $1.data.count } }

    func compose(to writer: inout WireWriter, responseCode: ResponseCode) {
        writer.write(UInt8(0))
        let upperBits = (responseCode.rawValue >> 4) << 8 | UInt16(version)
        writer.write(
            words: [
                RecordType.opt.rawValue, payloadSize, upperBits, dnssecOK ? 0x8000 : 0,
                UInt16(truncatingIfNeeded: octetCount - 11),
            ])
        for option in options {
            writer.write(option.code)
            writer.write(UInt16(truncatingIfNeeded: option.data.count))
            writer.write(option.data)
        }
    }

    /// The first option with a code; nil where there is none.
    public func option(_ code: UInt16) -> EDNSOption? { options.first { $0.code == code } }
}

/// One EDNS option: its code and octets, with typed readings where this program needs them.
public struct EDNSOption: Hashable, Sendable {
    public let code: UInt16
    public let data: [UInt8]

    public init(code: UInt16, data: [UInt8]) {
        self.code = code
        self.data = data
    }

    public static let nsid: UInt16 = 3
    public static let clientSubnet: UInt16 = 8
    public static let expire: UInt16 = 9
    public static let cookie: UInt16 = 10
    public static let keepalive: UInt16 = 11
    public static let padding: UInt16 = 12
    public static let chain: UInt16 = 13
    /// RFC 8145 §4.1.
    public static let keyTag: UInt16 = 14
    public static let extendedError: UInt16 = 15
    public static let reportChannel: UInt16 = 18

    /// Whether an option of `count` octets is a cookie of RFC 7873 §4: a client cookie of 8, alone or with a server cookie of 8
    /// to 32.
    public static func isCookie(count: Int) -> Bool { count == 8 || (16...40).contains(count) }

    /// How long a connection may be idle (RFC 7828 §3.1), in units of 100 ms.
    public static func keepalive(_ idle: Duration) -> EDNSOption {
        let units = UInt16(clamping: idle.nanoseconds / 100_000_000)
        return EDNSOption(code: keepalive, data: [UInt8(units >> 8), UInt8(units & 0xFF)])
    }
}
