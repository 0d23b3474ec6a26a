/// Cuts a stream into messages by their 2-octet lengths (RFC 1035 §4.2.2).
struct MessageFramer {
    private var octets: [UInt8] = []
    private var position = 0

    /// Whether a message has begun and is not complete.
    var isPartial: Bool { position < octets.count }

    mutating func append(_ more: UnsafeRawBufferPointer) { octets.append(contentsOf: more) }

    /// The next complete message, which may be empty; nil until more octets arrive.
    mutating func next() -> [UInt8]? {
        let pending = octets.count - position
        guard pending >= 2 else {
            discardTaken()
            return nil
        }
        let length = Int(octets[position]) << 8 | Int(octets[position + 1])
        guard pending >= 2 + length else {
            discardTaken()
            return nil
        }
        let start = position + 2
        position = start + length
        return Array(octets[start..<position])
    }

    /// The complete message that begins with its length at `position`; nil where there is none.
    static func message(in octets: UnsafeRawBufferPointer, at position: Int) -> UnsafeRawBufferPointer? {
        guard octets.count - position >= 2 else { return nil }
        let length = Int(octets[position]) << 8 | Int(octets[position + 1])
        let start = position + 2
        guard octets.count - start >= length else { return nil }
        return UnsafeRawBufferPointer(rebasing: octets[start..<start + length])
    }

    /// `message` with its length in front; nil when it is longer than 65,535 octets.
    static func frame(_ message: [UInt8]) -> [UInt8]? {
        var framed: [UInt8] = []
        return append(message, to: &framed) ? framed : nil
    }

    /// Appends `message` with its length in front; false, and nothing is, when it is longer than 65,535 octets.
    static func append(_ message: some Collection<UInt8>, to octets: inout [UInt8]) -> Bool {
        guard let length = UInt16(exactly: message.count) else { return false }
        if octets.isEmpty { octets.reserveCapacity(2 + message.count) }
        octets.append(UInt8(length >> 8))
        octets.append(UInt8(length & 0xFF))
        octets.append(contentsOf: message)
        return true
    }

    private mutating func discardTaken() {
        guard position > 0 else { return }
        octets.removeFirst(position)
        position = 0
    }
}
