import GRDB
import Primitives
package import Reachability

/// What clients got, added up by zone and minute.
struct ServiceTally: Sendable {
    /// The length of a bucket in seconds.
    static let bucketSeconds: Int64 = 60
    /// The zones of one commit counted by name at most; the others count together as `rest`.
    static let zoneLimit = 16_384
    /// The key of what is not counted by name. No zone has it: their names end with a dot.
    static let rest = "*"

    struct Key: Hashable, Sendable {
        /// The start of the minute in seconds since 1970.
        var start: Int64
        var zone: String
    }

    private(set) var counts: [Key: ServiceCounts] = [:]

    var isEmpty: Bool { counts.isEmpty }

    mutating func add(_ services: [ClientService]) {
        // Clients ask for names of few zones again and again: what goes to one place is looked up once.
        var (key, sum) = (Key(start: .min, zone: ""), ServiceCounts())
        for service in services {
            let time = service.time.seconds
            if key.zone != service.zone || !(key.start..<key.start &+ Self.bucketSeconds).contains(time) {
                if sum.total > 0 { add(sum, to: key) }
                sum = ServiceCounts()
                let start = time - ((time % Self.bucketSeconds) + Self.bucketSeconds) % Self.bucketSeconds
                key = Key(start: start, zone: service.zone)
            }
            sum.add(service)
        }
        if sum.total > 0 { add(sum, to: key) }
    }

    mutating func add(_ other: ServiceTally) {
        for (key, counts) in other.counts { add(counts, to: key) }
    }

    private mutating func add(_ new: ServiceCounts, to key: Key) {
        let hasPlace = counts.count < Self.zoneLimit || counts[key] != nil
        counts[hasPlace ? key : Key(start: key.start, zone: Self.rest), default: ServiceCounts()].add(new)
    }
}

/// How many clients got which answer, and with which Extended DNS Errors.
package struct ServiceCounts: Sendable, Hashable {
    /// By `ServedFrom`.
    private var served = InlineArray<5, Int>(repeating: 0)
    /// One bit for each code up to 62; the registry (RFC 8914 §5.2) has given out half of them.
    var errorBits: Int64 = 0

    package init() {}

    mutating func add(_ service: ClientService) {
        self[service.servedFrom] += 1
        for code in service.extendedErrors where code < 63 { errorBits |= 1 << Int64(code) }
    }

    /// The answers of one kind.
    package internal(set) subscript(from: ServedFrom) -> Int {
        get { served[Int(from.rawValue)] }
        set { served[Int(from.rawValue)] = newValue }
    }

    /// All answers.
    package var total: Int { served.indices.reduce(0) { $0 + served[$1] } }

    /// The Extended DNS Errors that were given, ascending.
    package var extendedErrors: [UInt16] { (0..<63).filter { errorBits & (1 << $0) != 0 }.map { UInt16($0) } }

    mutating func add(_ other: ServiceCounts) {
        for index in served.indices { served[index] += other.served[index] }
        errorBits |= other.errorBits
    }

    package static func == (left: ServiceCounts, right: ServiceCounts) -> Bool {
        left.errorBits == right.errorBits
            && left.served.indices.allSatisfy { left.served[$0] == right.served[$0] }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(errorBits)
        for index in served.indices { hasher.combine(served[index]) }
    }
}
