/// Why zone text cannot be read, and where.
public struct ZoneTextError: Error, Hashable, Sendable {
    /// The file name as the caller gave it; empty for text that is not a file.
    public let file: String
    /// Counted from 1.
    public let line: Int
    /// Counted in octets from 1.
    public let column: Int
    public let reason: Reason

    public init(file: String, line: Int, column: Int, reason: Reason) {
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// What is wrong with the text at that place.
    public enum Reason: Error, Hashable, Sendable {
        case unterminatedString
        case unbalancedParenthesis
        case name(NameTextError)
        case badEscape
        case stringTooLong
        case missingField
        case extraField
        case badNumber
        case badTime
        case badAddress
        case badHexadecimal
        case badBase64
        case badBase32
        case unknownType
        case badTypeBitmap
        case badAddressPrefix
        case badLocation
        case badServiceParameter
        case dataLengthMismatch
        case badRecordData
        case dataTooLong
        case noOwner
        case noTTL
        case badTTL
        case metaType
        case classMismatch
        case badDirective
        case unknownDirective
        case badGenerate
        case generateTooLarge
        case includeUnavailable
        case includeTooDeep
        case tooManyRecords
    }
}

extension ZoneTextError: CustomStringConvertible {
    public var description: String {
        (file.isEmpty ? "" : file + ":") + "\(line):\(column): \(reason)"
    }
}

extension ZoneTextError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unterminatedString: "quoted string does not end on its line"
        case .unbalancedParenthesis: "unbalanced parenthesis"
        case .name(let error): Self.describe(error)
        case .badEscape: "bad escape after backslash"
        case .stringTooLong: "string longer than 255 octets"
        case .missingField: "field missing"
        case .extraField: "more fields than the type has"
        case .badNumber: "number expected or out of range"
        case .badTime: "time is not YYYYMMDDHHmmSS"
        case .badAddress: "not an address of the type's family"
        case .badHexadecimal: "not hexadecimal"
        case .badBase64: "not base 64"
        case .badBase32: "not base 32 with extended hex alphabet"
        case .unknownType: "unknown record type"
        case .badTypeBitmap: "bad list of types"
        case .badAddressPrefix: "bad address prefix"
        case .badLocation: "bad location"
        case .badServiceParameter: "bad service parameter"
        case .dataLengthMismatch: "length does not match the octets"
        case .badRecordData: "octets are not data of this type"
        case .dataTooLong: "record data longer than 65535 octets"
        case .noOwner: "no owner name before this record"
        case .noTTL: "no TTL, no $TTL and no SOA before this record"
        case .badTTL: "bad TTL"
        case .metaType: "type cannot stand in a zone"
        case .classMismatch: "class differs from the zone's"
        case .badDirective: "bad directive"
        case .unknownDirective: "unknown directive"
        case .badGenerate: "bad $GENERATE"
        case .generateTooLarge: "$GENERATE makes too many records"
        case .includeUnavailable: "included file cannot be read"
        case .includeTooDeep: "files included too deeply"
        case .tooManyRecords: "too many records"
        }
    }

    private static func describe(_ error: NameTextError) -> String {
        switch error {
        case .emptyLabel: "empty label in name"
        case .labelTooLong: "label longer than 63 octets"
        case .nameTooLong: "name longer than 255 octets"
        case .badEscape: "bad escape in name"
        }
    }
}
