package import DNSWire

/// Why a transfer brought no new version; the old one stays as it is.
package enum TransferError: Error, Hashable, Sendable {
    /// A message with another ID, opcode or question than ours, or one that is no response.
    case foreignMessage
    /// The primary answered with this code.
    case refused(ResponseCode)
    /// A message with TC set, which no transfer may have (RFC 5936 §2.2).
    case truncatedMessage
    /// The first record is not the zone's SOA record (RFC 5936 §2.2).
    case noStartOfAuthority
    /// The connection ended before the closing SOA record.
    case incomplete
    /// The closing SOA record differs from the opening one: the zone changed meanwhile.
    case changedMeanwhile(from: SerialNumber, to: SerialNumber)
    /// Records after the closing SOA record.
    case recordsAfterEnd
    /// The primary's version is older than ours.
    case olderSerial(theirs: SerialNumber, ours: SerialNumber)
    /// A difference that starts from another version than the one before it (RFC 1995 §4).
    case brokenSequence(expected: SerialNumber, found: SerialNumber)
    /// A difference that takes away a record that the zone does not have.
    case deletesAbsentRecord(Name, RecordType)
    /// The zone would have no NS records at its apex.
    case noNameServers
    /// More records than one zone may bring.
    case tooLarge
    /// The records do not make a zone: a name out of it, a misplaced SOA, an alias with other data.
    case notAZone(ZoneError)
    /// A ZONEMD record that the contents do not match (RFC 8976 §4).
    case digestMismatch(SerialNumber)
}

extension TransferError: CustomStringConvertible {
    /// The reason in words, for the operator.
    package var description: String {
        switch self {
        case .foreignMessage: "a message that answers another question"
        case .refused(let code): "the primary answered \(code)"
        case .truncatedMessage: "a message of the transfer is truncated"
        case .noStartOfAuthority: "the transfer does not begin with the zone's SOA record"
        case .incomplete: "the transfer ended before its closing SOA record"
        case .changedMeanwhile(let from, let to): "the zone changed from serial \(from) to \(to) meanwhile"
        case .recordsAfterEnd: "records follow the closing SOA record"
        case .olderSerial(let theirs, let ours): "serial \(theirs) of the primary is older than ours, \(ours)"
        case .brokenSequence(let expected, let found):
            "a difference starts from serial \(found) in place of \(expected)"
        case .deletesAbsentRecord(let name, let type):
            "a difference takes away \(name) \(type), which the copy does not have"
        case .noNameServers: "the zone has no NS records at its apex"
        case .tooLarge: "the zone has more than \(ZoneTransfer.recordsMax) records"
        case .notAZone(let error): "\(error)"
        case .digestMismatch(let serial): "ZONEMD does not match the contents of serial \(serial)"
        }
    }
}

extension ZoneError: CustomStringConvertible {
    /// The reason in words, for the operator.
    package var description: String {
        switch self {
        case .noStartOfAuthority: "no SOA record at the zone's name"
        case .misplacedStartOfAuthority(let name): "an SOA record too many, at \(name)"
        case .outOfZone(let name): "\(name) is out of the zone"
        case .unsupportedClass(let name): "\(name) has a class other than IN"
        case .questionType(let name): "\(name) has a type that exists in questions only"
        case .malformedData(let name): "\(name) has malformed data"
        case .aliasWithOtherData(let name): "\(name) has a CNAME beside other data"
        case .severalRedirections(let name): "\(name) has several DNAME records"
        case .tooManyRecords(let name, let type):
            "\(name) has more than \(ZoneContents.recordsPerSetMax) \(type) records"
        case .duplicateZone(let name): "\(name) is configured twice"
        }
    }
}
