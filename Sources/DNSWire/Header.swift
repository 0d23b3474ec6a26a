/// The flags and codes of a message header (RFC 1035 §4.1.1, RFC 4035 §3.1.6), without the counts.
public struct Header: Hashable, Sendable {
    /// What a response is told by to belong to its query.
    public var id: UInt16
    /// The second 16-bit word as it stands on the wire.
    public var flags: UInt16

    public init(id: UInt16, flags: UInt16 = 0) {
        self.id = id
        self.flags = flags
    }

    /// The octets of a header with its counts.
    public static let octetCount = 12

    private func bit(_ mask: UInt16) -> Bool { flags & mask != 0 }

    private mutating func set(_ mask: UInt16, _ value: Bool) {
        flags = value ? flags | mask : flags & ~mask
    }

    public var isResponse: Bool {
        get { bit(0x8000) }
        set { set(0x8000, newValue) }
    }
    public var opcode: Opcode {
        get { Opcode(rawValue: UInt8(truncatingIfNeeded: flags >> 11 & 0xF)) }
        set { flags = flags & ~0x7800 | UInt16(newValue.rawValue & 0xF) << 11 }
    }
    public var isAuthoritative: Bool {
        get { bit(0x0400) }
        set { set(0x0400, newValue) }
    }
    public var isTruncated: Bool {
        get { bit(0x0200) }
        set { set(0x0200, newValue) }
    }
    public var recursionDesired: Bool {
        get { bit(0x0100) }
        set { set(0x0100, newValue) }
    }
    public var recursionAvailable: Bool {
        get { bit(0x0080) }
        set { set(0x0080, newValue) }
    }
    public var authenticData: Bool {
        get { bit(0x0020) }
        set { set(0x0020, newValue) }
    }
    public var checkingDisabled: Bool {
        get { bit(0x0010) }
        set { set(0x0010, newValue) }
    }
    /// The low four bits of the response code.
    public var responseCode: UInt8 {
        get { UInt8(truncatingIfNeeded: flags & 0xF) }
        set { flags = flags & ~0xF | UInt16(newValue & 0xF) }
    }
}
