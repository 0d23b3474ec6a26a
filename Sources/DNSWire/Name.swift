/// A domain name in uncompressed wire form: labels with their length octets, the root's empty label last.
///
/// Case is kept and ignored in comparison (RFC 4343). At most 255 octets, labels of at most 63.
public struct Name: Sendable {
    public let octets: [UInt8]

    public static let octetsMax = 255
    public static let labelOctetsMax = 63
    public static let root = Name(uncheckedOctets: [0])

    /// Wraps octets that are known to be a well-formed name.
    init(uncheckedOctets octets: [UInt8]) { self.octets = octets }

    /// A name from labels, first label first; nil when a label or the whole is too long or a label is empty.
    public init?(labels: some Sequence<some Collection<UInt8>>) {
        var octets: [UInt8] = []
        for label in labels {
            guard (1...Self.labelOctetsMax).contains(label.count) else { return nil }
            octets.append(UInt8(truncatingIfNeeded: label.count))
            octets += label
        }
        octets.append(0)
        guard octets.count <= Self.octetsMax else { return nil }
        self.octets = octets
    }

    public var isRoot: Bool { octets.count <= 1 }

    /// The offsets of the labels' length octets, the root's left out.
    private var labelOffsets: [Int] {
        var offsets: [Int] = []
        var position = 0
        while position < octets.count, octets[position] != 0 {
            offsets.append(position)
            position += 1 + Int(octets[position])
        }
        return offsets
    }

    /// The labels, first label first, the root's empty label left out.
    public var labels: [ArraySlice<UInt8>] {
        labelOffsets.map { octets[($0 + 1)...($0 + Int(octets[$0]))] }
    }

    /// The number of labels without the root's.
    public var labelCount: Int {
        var count = 0
        var position = 0
        while position < octets.count, octets[position] != 0 {
            count += 1
            position += 1 + Int(octets[position])
        }
        return count
    }

    /// The name without its first label; nil for the root.
    public var parent: Name? {
        guard !isRoot else { return nil }
        return Name(uncheckedOctets: Array(octets[(1 + Int(octets[0]))...]))
    }

    /// The last `count` labels of this name; the whole name when it has no more.
    public func suffix(labels count: Int) -> Name {
        let start = offset(ofLastLabels: max(0, count))
        return start == 0 ? self : Name(uncheckedOctets: Array(octets[start...]))
    }

    /// This name under `parent`; nil when the result exceeds 255 octets.
    public func appending(_ parent: Name) -> Name? {
        let joined = octets.dropLast() + parent.octets
        return joined.count <= Self.octetsMax ? Name(uncheckedOctets: Array(joined)) : nil
    }

    /// `label` put before this name; nil when a limit is exceeded.
    public func prepending(_ label: some Collection<UInt8>) -> Name? {
        guard (1...Self.labelOctetsMax).contains(label.count),
            label.count + 1 + octets.count <= Self.octetsMax
        else { return nil }
        return Name(uncheckedOctets: [UInt8(truncatingIfNeeded: label.count)] + label + octets)
    }

    /// Whether this name is `ancestor` or below it.
    public func isEqualOrBelow(_ ancestor: Name) -> Bool {
        let difference = octets.count - ancestor.octets.count
        guard difference >= 0 else { return false }
        var position = 0
        while position < difference {
            position += 1 + Int(octets[position])
        }
        guard position == difference else { return false }
        return octets.withUnsafeBytes { own in
            ancestor.octets.withUnsafeBytes {
                Self.equal(UnsafeRawBufferPointer(rebasing: own[difference...]), $0)
            }
        }
    }

    /// Whether this name is strictly below `ancestor`.
    public func isBelow(_ ancestor: Name) -> Bool {
        octets.count > ancestor.octets.count && isEqualOrBelow(ancestor)
    }

    /// The name with A–Z as a–z: the canonical form of RFC 4034 §6.2.
    public var lowercased: Name { isLowercase ? self : Name(uncheckedOctets: octets.map(Self.lower)) }

    /// This name with `suffix` replaced by `target` (RFC 6672 §2.2); nil when not below it or too long.
    public func replacing(suffix: Name, with target: Name) -> Name? {
        guard isBelow(suffix) else { return nil }
        let head = octets[..<(octets.count - suffix.octets.count)]
        guard head.count + target.octets.count <= Self.octetsMax else { return nil }
        return Name(uncheckedOctets: Array(head + target.octets))
    }

    /// ASCII lower case of one octet; label length octets (at most 63) are below `A`, so whole names may be mapped.
    @inline(__always)
    public static func lower(_ octet: UInt8) -> UInt8 {
        octet &- 0x41 < 26 ? octet | 0x20 : octet
    }
}

extension Name: Hashable {
    public static func == (left: Name, right: Name) -> Bool {
        left.octets.withUnsafeBytes { left in right.octets.withUnsafeBytes { equal(left, $0) } }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(octets.withUnsafeBytes { Name.hash($0, seed: Self.tableSeed) })
    }
}

extension Name: Comparable {
    /// Canonical order: by labels from the right, as lower-cased octet strings (RFC 4034 §6.1).
    public static func < (left: Name, right: Name) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * octetsMax) { starts in
            let ours = left.writeLabelStarts(to: starts, from: 0)
            let theirs = right.writeLabelStarts(to: starts, from: octetsMax)
            for index in 1..<max(1, min(ours, theirs) + 1) {
                let order = left.compareLabel(
                    at: Int(starts[ours - index]), with: right, at: Int(starts[octetsMax + theirs - index]))
                if order != 0 { return order < 0 }
            }
            return ours < theirs
        }
    }

    /// Writes where the labels start, and returns how many there are.
    private func writeLabelStarts(to starts: UnsafeMutableBufferPointer<UInt8>, from first: Int) -> Int {
        var (count, position) = (0, 0)
        while position < octets.count, octets[position] != 0 {
            starts[first + count] = UInt8(truncatingIfNeeded: position)
            count += 1
            position += 1 + Int(octets[position])
        }
        return count
    }

    /// Below, at or above 0 as the label at `position` comes before, with or after the other.
    private func compareLabel(at position: Int, with other: Name, at otherPosition: Int) -> Int {
        let (count, otherCount) = (Int(octets[position]), Int(other.octets[otherPosition]))
        for offset in 1..<max(1, min(count, otherCount) + 1) {
            let (octet, otherOctet) = (
                Self.lower(octets[position + offset]), Self.lower(other.octets[otherPosition + offset])
            )
            if octet != otherOctet { return Int(octet) - Int(otherOctet) }
        }
        return count - otherCount
    }
}
