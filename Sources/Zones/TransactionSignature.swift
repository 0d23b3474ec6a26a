package import DNSWire

/// The fields of a TSIG record (RFC 8945 §4.2).
package struct TransactionSignature: Hashable, Sendable {
    package let keyName: Name
    package let algorithmName: Name
    /// Seconds since 1970, 48 bits.
    package let timeSigned: UInt64
    /// The clocks' permitted difference in seconds.
    package let fudge: UInt16
    /// The message authentication code.
    package let code: [UInt8]
    /// The ID that the message was signed with: a forwarder may have changed it.
    package let originalID: UInt16
    /// A response code of RFC 8945 §3: 16 BADSIG, 17 BADKEY, 18 BADTIME, 22 BADTRUNC.
    package let error: ResponseCode
    /// The server's time for BADTIME, else nothing (RFC 8945 §5.2.3).
    package let otherData: [UInt8]

    /// What the octets of a message say: its TSIG record, and the message as it was before it was signed.
    package struct Split: Sendable {
        package let signature: TransactionSignature
        /// The message without the TSIG record, with its original ID.
        package let unsigned: [UInt8]
    }

    /// Takes the TSIG record off a message; nil where the message has none.
    ///
    /// It must be the last record of the additional section (RFC 8945 §5.2).
    package static func split(_ octets: [UInt8]) throws(TransactionSignatureError) -> Split? {
        do {
            guard let last = try lastAdditional(octets), last.record.type == .tsig else { return nil }
            guard last.record.recordClass == .any, last.record.ttl == 0 else {
                throw TransactionSignatureError.malformed
            }
            let signature = try TransactionSignature(last.record)
            var unsigned = Array(octets[..<last.start])
            let remaining = (UInt16(unsigned[10]) << 8 | UInt16(unsigned[11])) &- 1
            Self.overwrite(&unsigned, remaining, at: 10)
            Self.overwrite(&unsigned, signature.originalID, at: 0)
            return Split(signature: signature, unsigned: unsigned)
        } catch {
            throw .malformed
        }
    }

    private static func lastAdditional(_ octets: [UInt8]) throws -> (record: Record, start: Int)? {
        var reader = WireReader(octets)
        try reader.skip(4)
        let questions = try reader.readUInt16()
        let others = Int(try reader.readUInt16()) + Int(try reader.readUInt16())
        let additional = Int(try reader.readUInt16())
        guard additional > 0 else { return nil }
        for _ in 0..<questions {
            try reader.skipName()
            try reader.skip(4)
        }
        for _ in 0..<(others + additional - 1) {
            try reader.skipName()
            try reader.skip(8)
            try reader.skip(Int(try reader.readUInt16()))
        }
        let start = reader.offset
        let record = try Record(parsing: &reader)
        guard reader.remaining == 0 else { throw TransactionSignatureError.malformed }
        return (record, start)
    }

    private static func overwrite(_ octets: inout [UInt8], _ value: UInt16, at offset: Int) {
        octets[offset] = UInt8(truncatingIfNeeded: value >> 8)
        octets[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    init(
        keyName: Name, algorithmName: Name, timeSigned: UInt64, fudge: UInt16, code: [UInt8],
        originalID: UInt16, error: ResponseCode = .noError, otherData: [UInt8] = []
    ) {
        self.keyName = keyName
        self.algorithmName = algorithmName
        self.timeSigned = timeSigned
        self.fudge = fudge
        self.code = code
        self.originalID = originalID
        self.error = error
        self.otherData = otherData
    }

    private init(_ record: Record) throws {
        var reader = WireReader(record.data.octets)
        keyName = record.name
        // Not compressed (RFC 8945 §4.2): pointers into this record alone point below 12 and are refused.
        algorithmName = try reader.readName()
        let high = try reader.readUInt16()
        timeSigned = UInt64(high) << 32 | UInt64(try reader.readUInt32())
        fudge = try reader.readUInt16()
        let codeCount = try reader.readUInt16()
        code = Array(try reader.readOctets(Int(codeCount)))
        originalID = try reader.readUInt16()
        error = ResponseCode(rawValue: try reader.readUInt16())
        let otherCount = try reader.readUInt16()
        otherData = Array(try reader.readOctets(Int(otherCount)))
        guard reader.remaining == 0 else { throw TransactionSignatureError.malformed }
    }

    /// The record that is put at the end of a message.
    var record: Record {
        var writer = WireWriter()
        writer.write(algorithmName.octets)
        writer.write(UInt16(truncatingIfNeeded: timeSigned >> 32))
        writer.write(UInt32(truncatingIfNeeded: timeSigned))
        writer.write(fudge)
        writer.write(UInt16(truncatingIfNeeded: code.count))
        writer.write(code)
        writer.write(originalID)
        writer.write(error.rawValue)
        writer.write(UInt16(truncatingIfNeeded: otherData.count))
        writer.write(otherData)
        return Record(
            name: keyName, type: .tsig, recordClass: .any, ttl: 0, data: RecordData(octets: writer.octets))
    }

    /// The variables that are signed after the message (RFC 8945 §4.3.3).
    var variables: [UInt8] {
        var writer = WireWriter()
        writer.write(keyName.lowercased.octets)
        writer.write(RecordClass.any.rawValue)
        writer.write(UInt32(0))
        writer.write(algorithmName.lowercased.octets)
        writer.write(timers)
        writer.write(error.rawValue)
        writer.write(UInt16(truncatingIfNeeded: otherData.count))
        writer.write(otherData)
        return writer.octets
    }

    /// The variables that are signed after later messages of a stream (RFC 8945 §5.3.1).
    var timers: [UInt8] {
        var writer = WireWriter()
        writer.write(UInt16(truncatingIfNeeded: timeSigned >> 32))
        writer.write(UInt32(truncatingIfNeeded: timeSigned))
        writer.write(fudge)
        return writer.octets
    }
}

/// Why a message is not proved to come from the holder of the key (RFC 8945 §5).
package enum TransactionSignatureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A TSIG record that is none, or not where it has to be.
    case malformed
    /// The first or the last message of an answer without a signature, or a hundred in a row.
    case missing
    /// Another key or algorithm than ours.
    case otherKey(Name)
    /// The code does not match.
    case mismatch
    /// The clocks differ by more than the fudge; the primary's time in seconds since 1970.
    case time(UInt64)
    /// The primary reports an error of our signature.
    case reported(ResponseCode)

    package var description: String {
        switch self {
        case .malformed: "TSIG: the record is malformed"
        case .missing: "TSIG: the answer is not signed"
        case .otherKey(let name): "TSIG: the answer is signed with another key, \(name)"
        case .mismatch: "TSIG: the signature does not match; are the secrets the same?"
        case .time(let seconds): "TSIG: the primary's clock says \(seconds) s since 1970, too far from ours"
        case .reported(let code): "TSIG: the primary does not accept our signature: \(Self.word(code))"
        }
    }

    private static func word(_ code: ResponseCode) -> String {
        switch code.rawValue {
        case 16: "BADSIG"
        case 17: "BADKEY"
        case 18: "BADTIME"
        case 22: "BADTRUNC"
        default: code.description
        }
    }
}
