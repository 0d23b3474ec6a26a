public import DNSWire
public import Primitives

/// The fields of an RRSIG record (RFC 4034 §3).
public struct SignatureRecord: Hashable, Sendable {
    public let typeCovered: RecordType
    public let algorithm: SecurityAlgorithm
    /// The labels of the owner that was signed, without the root and a leading `*`.
    public let labels: UInt8
    /// Seconds.
    public let originalTTL: UInt32
    /// Seconds since 1970 modulo 2³², compared by serial arithmetic (RFC 4034 §3.1.5).
    public let expiration: UInt32
    /// As the expiration.
    public let inception: UInt32
    /// The number of the key that made it.
    public let keyTag: UInt16
    /// The zone that the key is of.
    public let signer: Name
    public let signature: [UInt8]

    /// Reads RDATA; nil when it is malformed.
    public init?(_ data: RecordData) {
        var reader = WireReader(data.octets)
        do {
            typeCovered = RecordType(rawValue: try reader.readUInt16())
            algorithm = SecurityAlgorithm(rawValue: try reader.readUInt8())
            labels = try reader.readUInt8()
            originalTTL = try reader.readUInt32()
            expiration = try reader.readUInt32()
            inception = try reader.readUInt32()
            keyTag = try reader.readUInt16()
            signer = try reader.readName()
            signature = Array(try reader.readOctets(reader.remaining))
        } catch {
            return nil
        }
    }

    /// The RDATA up to the signature, the signer in lower case (RFC 4034 §3.1.8.1).
    var signedPrefix: [UInt8] {
        var writer = WireWriter(reservingCapacity: 18 + signer.octets.count)
        writer.write(typeCovered.rawValue)
        writer.write(algorithm.rawValue)
        writer.write(labels)
        writer.write(originalTTL)
        writer.write(expiration)
        writer.write(inception)
        writer.write(keyTag)
        writer.write(signer.lowercased, compressing: false)
        return writer.octets
    }

    /// Where `now` stands in the signature's time.
    public func timeliness(at now: Timestamp, tolerance: UInt32 = 0) -> Timeliness {
        guard Serial.precedesOrEquals(inception, expiration) else { return .expiredBeforeValid }
        let seconds = UInt32(truncatingIfNeeded: now.seconds)
        guard Serial.precedesOrEquals(inception, seconds &+ tolerance) else { return .notYetValid }
        guard Serial.precedesOrEquals(seconds &- tolerance, expiration) else { return .expired }
        return .timely(secondsLeft: Serial.precedesOrEquals(seconds, expiration) ? expiration &- seconds : 0)
    }

    /// Where a moment stands in a signature's time.
    public enum Timeliness: Hashable, Sendable {
        case timely(secondsLeft: UInt32)
        case notYetValid
        case expired
        /// The expiration lies before the inception: no time fits.
        case expiredBeforeValid
    }

    /// A time field as a point in UTC, in the 136 years around `now`.
    public static func timestamp(_ field: UInt32, near now: Timestamp) -> Timestamp {
        let difference = Int32(truncatingIfNeeded: Int64(field) &- now.seconds)
        return Timestamp(seconds: now.seconds &+ Int64(difference))
    }
}

/// Serial number arithmetic on 32 bits (RFC 1982).
enum Serial {
    static func precedesOrEquals(_ left: UInt32, _ right: UInt32) -> Bool {
        Int32(truncatingIfNeeded: right &- left) >= 0
    }
}
