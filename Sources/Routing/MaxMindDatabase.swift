package import Primitives

/// A database in MaxMind's format, version 2: a binary tree over address bits, and data that its leaves point to
/// (maxmind.github.io/MaxMind-DB). Read for autonomous systems, in the forms of GeoLite2-ASN, DB-IP and IPinfo.
package struct MaxMindDatabase: Sendable {
    /// Why a database cannot be read, and the octet where.
    package struct Problem: Error, Hashable, Sendable {
        package enum Reason: Hashable, Sendable, CaseIterable {
            /// There is no metadata: not such a database, or cut at its end.
            case noMetadata
            /// A format or record size that this reader does not know.
            case unsupported
            /// The tree or the data ends too early.
            case truncated
            /// A pointer leads out of the tree or the data, or around in a circle.
            case badPointer
            /// A value that is not of the type that its place asks for.
            case badValue
            /// More networks than a table holds.
            case tooManyNetworks
        }

        package let reason: Reason
        package let offset: Int

        package init(_ reason: Reason, at offset: Int) {
            self.reason = reason
            self.offset = offset
        }
    }

    /// An autonomous system as a leaf tells it.
    package struct Entry: Hashable, Sendable {
        package let number: ASNumber
        package let name: String?
    }

    /// The metadata starts behind its last occurrence in the last 128 KiB.
    private static let marker: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
    private static let metadataMax = 128 << 10
    /// Tree nodes visited when all networks are listed: more than the largest databases have, by some times.
    private static let visitsMax = 64_000_000

    private let octets: [UInt8]
    private let nodes: Int
    private let recordBits: Int
    private let isIPv6: Bool
    /// Where the data section begins, from which pointers count.
    private let dataStart: Int
    /// When it was made, in seconds since 1970.
    package let built: Timestamp
    /// What it calls itself, such as `GeoLite2-ASN`.
    package let type: String

    package init(_ octets: [UInt8]) throws(Problem) {
        self.octets = octets
        let start = max(0, octets.count - Self.metadataMax)
        guard let found = Self.lastMarker(octets, from: start) else {
            throw Problem(.noMetadata, at: octets.count)
        }
        let place = found + Self.marker.count
        var decoder = MaxMindDecoder(octets, base: place, end: octets.count)
        let metadata = try decoder.members(at: place)
        guard case .number(let nodes) = metadata["node_count"],
            case .number(let bits) = metadata["record_size"],
            case .number(let version) = metadata["ip_version"],
            case .number(2) = metadata["binary_format_major_version"],
            [24, 28, 32].contains(bits), version == 4 || version == 6
        else { throw Problem(.unsupported, at: place) }
        // A tree cannot have more nodes than the file has octets.
        guard nodes < UInt64(octets.count) else { throw Problem(.truncated, at: octets.count) }
        self.nodes = Int(nodes)
        recordBits = Int(bits)
        isIPv6 = version == 6
        dataStart = Int(nodes) * recordBits / 4 + 16
        guard dataStart <= found else { throw Problem(.truncated, at: octets.count) }
        if case .number(let epoch) = metadata["build_epoch"] {
            built = Timestamp(seconds: Int64(clamping: min(epoch, 1 << 40)))
        } else {
            built = Timestamp(seconds: 0)
        }
        if case .text(let text) = metadata["database_type"] { type = text } else { type = "" }
    }

    private static func lastMarker(_ octets: [UInt8], from start: Int) -> Int? {
        var place = octets.count - marker.count
        while place >= start {
            if octets[place] == marker[0], octets[place..<(place + marker.count)].elementsEqual(marker) {
                return place
            }
            place -= 1
        }
        return nil
    }

    /// The autonomous system of an address and the length of the block that shares it; nil where there is none.
    package func find(_ address: IPAddress) throws(Problem) -> (entry: Entry, length: Int)? {
        guard isIPv6 || address.family == .ipv4 else { return nil }
        let width = address.family.bitWidth
        let prefix = isIPv6 && address.family == .ipv4 ? 96 : 0
        var node = 0
        for depth in 0..<(prefix + width) {
            let bit = depth < prefix ? 0 : address.bit(depth - prefix)
            node = try record(node, bit)
            guard node >= nodes else { continue }
            guard node > nodes else { return nil }
            return try entry(at: node).map { ($0, max(0, depth + 1 - prefix)) }
        }
        throw Problem(.badPointer, at: 0)
    }

    /// Adds all networks to a table. Blocks under IPv6 that stand for IPv4 are added as IPv4, once.
    package func add(to builder: inout OriginTableBuilder) throws(Problem) {
        var walk = Walk()
        // Other ways into the IPv4 part, such as ::ffff:0:0/96 and 2002::/16, are aliases of ::/96.
        if isIPv6 {
            var node = 0
            for _ in 0..<96 where node < nodes { node = try record(node, 0) }
            walk.ipv4Root = node < nodes ? node : nil
        }
        var stack: [Walk.Step] = [.init(node: 0, high: 0, low: 0, depth: 0)]
        while let step = stack.popLast() {
            walk.visits += 1
            guard walk.visits <= Self.visitsMax else { throw Problem(.badPointer, at: 0) }
            if step.node >= nodes {
                if step.node > nodes { try add(step, &walk, to: &builder) }
                continue
            }
            let isAlias = step.node == walk.ipv4Root && (step.depth != 96 || step.high != 0 || step.low != 0)
            if isAlias { continue }
            guard step.depth < (isIPv6 ? 128 : 32) else { throw Problem(.badPointer, at: 0) }
            for bit in [1, 0] {
                stack.append(step.below(try record(step.node, bit), bit))
            }
        }
    }

    private struct Walk {
        struct Step {
            let node: Int
            let high: UInt64
            let low: UInt64
            let depth: Int

            func below(_ node: Int, _ bit: Int) -> Step {
                guard bit == 1 else { return Step(node: node, high: high, low: low, depth: depth + 1) }
                return depth < 64
                    ? Step(node: node, high: high | 1 << UInt64(63 - depth), low: low, depth: depth + 1)
                    : Step(node: node, high: high, low: low | 1 << UInt64(127 - depth), depth: depth + 1)
            }
        }

        var ipv4Root: Int?
        var visits = 0
        /// What was read at a place of the data section.
        var known: [Int: Entry?] = [:]
    }

    private func add(
        _ step: Walk.Step, _ walk: inout Walk, to builder: inout OriginTableBuilder
    ) throws(Problem) {
        let found: Entry?
        if let known = walk.known[step.node] {
            found = known
        } else {
            found = try entry(at: step.node)
            walk.known[step.node] = found
        }
        guard let found else { return }
        let prefix: Prefix
        if !isIPv6 {
            prefix = Prefix(IPAddress(ipv4: UInt32(truncatingIfNeeded: step.high >> 32)), length: step.depth)
        } else if step.depth >= 96, step.high == 0, step.low >> 32 == 0 {
            prefix = Prefix(IPAddress(ipv4: UInt32(truncatingIfNeeded: step.low)), length: step.depth - 96)
        } else {
            prefix = Prefix(IPAddress(ipv6High: step.high, low: step.low), length: step.depth)
        }
        guard builder.add(prefix, origins: [found.number]) else {
            throw Problem(.tooManyNetworks, at: 0)
        }
        if let name = found.name, !builder.hasName(found.number) { builder.name(found.number, name) }
    }

    /// The left or right record of a node.
    private func record(_ node: Int, _ bit: Int) throws(Problem) -> Int {
        let place = node * recordBits / 4
        guard place + recordBits / 4 <= octets.count else { throw Problem(.truncated, at: place) }
        func number(_ start: Int, _ count: Int) -> Int {
            octets[start..<(start + count)].reduce(0) { $0 << 8 | Int($1) }
        }
        switch recordBits {
        case 24: return number(place + 3 * bit, 3)
        case 28:
            let middle = Int(octets[place + 3])
            return bit == 0
                ? (middle >> 4) << 24 | number(place, 3) : (middle & 15) << 24 | number(place + 4, 3)
        default: return number(place + 4 * bit, 4)
        }
    }

    /// The data that a record above `nodes` points to.
    private func entry(at record: Int) throws(Problem) -> Entry? {
        let place = record - nodes - 16 + dataStart
        guard place >= dataStart, place < octets.count else { throw Problem(.badPointer, at: dataStart) }
        var decoder = MaxMindDecoder(octets, base: dataStart, end: octets.count)
        let members = try decoder.members(at: place)
        let number: ASNumber
        switch members["autonomous_system_number"] ?? members["asn"] {
        case .number(let value):
            guard let small = UInt32(exactly: value) else { throw Problem(.badValue, at: place) }
            number = ASNumber(small)
        case .text(let text):
            guard !text.isEmpty else { return nil }
            guard let read = ASNumber(text) else { throw Problem(.badValue, at: place) }
            number = read
        default: return nil
        }
        guard number.value != 0 else { return nil }
        for key in ["autonomous_system_organization", "as_name", "name", "organization"] {
            if case .text(let name) = members[key], !name.isEmpty { return Entry(number: number, name: name) }
        }
        return Entry(number: number, name: nil)
    }
}

extension IPAddress {
    /// A bit from the top.
    fileprivate func bit(_ place: Int) -> Int {
        if family == .ipv4 { return Int(low >> UInt64(31 - place) & 1) }
        return place < 64 ? Int(high >> UInt64(63 - place) & 1) : Int(low >> UInt64(127 - place) & 1)
    }
}
