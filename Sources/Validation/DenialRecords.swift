public import DNSWire

/// The types that exist at a name (RFC 4034 §4.1.2), kept in wire form.
public struct TypeBitmap: Hashable, Sendable {
    private let octets: [UInt8]

    public init(octets: [UInt8]) { self.octets = octets }

    /// Whether the bit of `type` is set; reading stops at a window that is cut off.
    public func contains(_ type: RecordType) -> Bool {
        let window = UInt8(truncatingIfNeeded: type.rawValue >> 8)
        let index = Int(type.rawValue & 0xFF) / 8
        var position = 0
        while position + 1 < octets.count {
            let count = Int(octets[position + 1])
            if octets[position] == window {
                let place = position + 2 + index
                guard index < count, place < octets.count else { return false }
                return octets[place] & (0x80 >> UInt8(type.rawValue & 7)) != 0
            }
            position += 2 + count
        }
        return false
    }

    /// Whether the name is a delegation seen from the parent: NS without SOA.
    public var isDelegation: Bool { contains(.ns) && !contains(.soa) }
}

/// An NSEC record (RFC 4034 §4): nothing exists between its owner and `next`.
public struct NextSecure: Hashable, Sendable {
    public let owner: Name
    public let next: Name
    public let types: TypeBitmap

    /// Reads RDATA; nil when it is malformed.
    public init?(owner: Name, _ data: RecordData) {
        var reader = WireReader(data.octets)
        guard let next = try? reader.readName(), let types = try? reader.readOctets(reader.remaining) else {
            return nil
        }
        self.owner = owner
        self.next = next
        self.types = TypeBitmap(octets: Array(types))
    }
}

/// How owner names of NSEC3 records are hashed (RFC 5155 §3.1, §4).
public struct HashParameters: Hashable, Sendable {
    /// 1 is SHA-1, the only one defined.
    public let algorithm: UInt8
    /// Additional rounds.
    public let iterations: UInt16
    /// What is hashed with each round.
    public let salt: [UInt8]

    public init(algorithm: UInt8, iterations: UInt16, salt: [UInt8]) {
        self.algorithm = algorithm
        self.iterations = iterations
        self.salt = salt
    }

    /// Reads NSEC3PARAM RDATA; nil when it is malformed or its flags are not zero (RFC 5155 §4.1.2).
    public init?(_ data: RecordData) {
        var reader = WireReader(data.octets)
        guard let (parameters, flags) = Self.read(&reader), flags == 0, reader.remaining == 0 else {
            return nil
        }
        self = parameters
    }

    /// The four fields that NSEC3 and NSEC3PARAM share.
    static func read(_ reader: inout WireReader) -> (HashParameters, flags: UInt8)? {
        guard let algorithm = try? reader.readUInt8(), let flags = try? reader.readUInt8(),
            let iterations = try? reader.readUInt16(), let count = try? reader.readUInt8(),
            let salt = try? reader.readOctets(Int(count))
        else { return nil }
        return (HashParameters(algorithm: algorithm, iterations: iterations, salt: Array(salt)), flags)
    }
}

/// An NSEC3 record (RFC 5155 §3): no name hashes to between its owner's hash and `next`.
public struct HashedNextSecure: Hashable, Sendable {
    public let zone: Name
    /// The hash in the owner's first label.
    public let hash: [UInt8]
    public let parameters: HashParameters
    /// 1 is opt-out (RFC 5155 §3.1.2.1).
    public let flags: UInt8
    /// The next hash of the zone in its order.
    public let next: [UInt8]
    /// The types at the name behind the hash.
    public let types: TypeBitmap

    /// Reads RDATA; nil when it or the owner's first label is malformed.
    public init?(owner: Name, _ data: RecordData) {
        var reader = WireReader(data.octets)
        guard let zone = owner.parent, let label = owner.labels.first,
            let hash = Base32Hexadecimal.scan(label),
            let (parameters, flags) = HashParameters.read(&reader),
            let count = try? reader.readUInt8(), let next = try? reader.readOctets(Int(count)),
            count > 0, hash.count == next.count, let types = try? reader.readOctets(reader.remaining)
        else { return nil }
        self.zone = zone
        self.hash = hash
        self.parameters = parameters
        self.flags = flags
        self.next = Array(next)
        self.types = TypeBitmap(octets: Array(types))
    }

    /// Whether unsigned delegations may lie in the gap (RFC 5155 §3.1.2.1).
    public var isOptOut: Bool { flags & 1 != 0 }

    /// Whether `other` lies strictly between the hashes, the last record's gap closing the circle.
    public func covers(_ other: [UInt8]) -> Bool {
        guard other.count == hash.count, other != hash, other != next else { return false }
        let after = hash.lexicographicallyPrecedes(other)
        let before = other.lexicographicallyPrecedes(next)
        return hash.lexicographicallyPrecedes(next) ? after && before : after || before
    }
}
