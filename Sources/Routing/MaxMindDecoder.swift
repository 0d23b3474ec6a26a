/// Reads the data section of a MaxMind database: the members of a map, one level deep.
struct MaxMindDecoder {
    typealias Problem = MaxMindDatabase.Problem

    /// A value that a reader of autonomous systems may want; the others are passed over.
    enum Value: Hashable {
        case text(String)
        case number(UInt64)
        case other
    }

    /// Maps and lists inside one another; real databases have three levels.
    private static let depthMax = 32
    /// Members of one map; real ones have a dozen.
    private static let membersMax = 1024

    private let octets: [UInt8]
    private let base: Int
    private let end: Int
    private var place = 0
    /// Values that may still be read, so that pointers into lists cannot make the work grow without end.
    private var budget = 1 << 16

    /// - Parameter base: where pointers count from.
    init(_ octets: [UInt8], base: Int, end: Int) {
        self.octets = octets
        self.base = base
        self.end = min(end, octets.count)
    }

    /// The map at a place, its own members alone.
    mutating func members(at start: Int) throws(Problem) -> [String: Value] {
        place = start
        var (type, size) = try control()
        if type == 1 {
            place = try pointer(size)
            (type, size) = try control()
        }
        guard type == 7 else { throw Problem(.badValue, at: start) }
        guard size <= Self.membersMax else { throw Problem(.badValue, at: start) }
        var members: [String: Value] = [:]
        for _ in 0..<size {
            guard case .text(let key) = try value(depth: 0) else { throw Problem(.badValue, at: place) }
            members[key] = try value(depth: 0)
        }
        return members
    }

    private mutating func value(depth: Int) throws(Problem) -> Value {
        budget -= 1
        guard depth < Self.depthMax, budget > 0 else { throw Problem(.badPointer, at: place) }
        let (type, size) = try control()
        switch type {
        case 1:
            let target = try pointer(size)
            let back = place
            place = target
            // A pointer to a pointer is not allowed.
            guard try control().type != 1 else { throw Problem(.badPointer, at: target) }
            place = target
            defer { place = back }
            return try value(depth: depth + 1)
        case 2: return .text(String(decoding: try take(size), as: UTF8.self))
        case 5, 6, 9:
            guard size <= 8 else { throw Problem(.badValue, at: place) }
            return .number(try take(size).reduce(0) { $0 << 8 | UInt64($1) })
        case 3, 4, 8, 10, 15:
            _ = try take(size)
            return .other
        case 7, 11:
            for _ in 0..<(type == 7 ? size * 2 : size) { _ = try value(depth: depth + 1) }
            return .other
        case 14: return .other
        default: throw Problem(.badValue, at: place)
        }
    }

    /// The type and size of what follows; for a pointer the size is that of its control octet.
    private mutating func control() throws(Problem) -> (type: Int, size: Int) {
        let first = Int(try take(1).first ?? 0)
        var type = first >> 5
        if type == 1 { return (1, first & 31) }
        if type == 0 { type = 7 + Int(try take(1).first ?? 0) }
        let size = first & 31
        switch size {
        case 29: return (type, 29 + (try take(1)).reduce(0) { $0 << 8 | Int($1) })
        case 30: return (type, 285 + (try take(2)).reduce(0) { $0 << 8 | Int($1) })
        case 31: return (type, 65821 + (try take(3)).reduce(0) { $0 << 8 | Int($1) })
        default: return (type, size)
        }
    }

    private mutating func pointer(_ control: Int) throws(Problem) -> Int {
        let count = control >> 3
        let octets = try take(count + 1)
        let value = octets.reduce(count == 3 ? 0 : control & 7) { $0 << 8 | Int($1) }
        let target = base + value + [0, 2048, 526_336, 0][count]
        guard target < end else { throw Problem(.badPointer, at: place) }
        return target
    }

    private mutating func take(_ count: Int) throws(Problem) -> ArraySlice<UInt8> {
        guard count >= 0, place >= 0, count <= end - place else { throw Problem(.truncated, at: place) }
        defer { place += count }
        return octets[place..<(place + count)]
    }
}
