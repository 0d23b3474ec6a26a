import DNSWire
import Foundation
package import Primitives
package import Zones

/// A copy as it stands on disk: a few lines of text, then the zone as the messages of an AXFR answer, each with
/// its length, as TCP carries them (RFC 5936 §2.2). Reading it is a transfer, with all of its checks.
package struct CopyFile: Sendable {
    package let zone: Zone
    /// When it was received, or last known to be the primary's.
    package let confirmed: Timestamp

    package init(zone: Zone, confirmed: Timestamp) {
        self.zone = zone
        self.confirmed = confirmed
    }

    /// Why a file is not a copy that may be served.
    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case notACopy
        /// The octets are not those that were written.
        case damaged
        case wrongZone
        case transfer(TransferError)
        case system(String)

        package var description: String {
            switch self {
            case .notACopy: "not a copy of a zone"
            case .damaged: "damaged: the octets are not those that were written"
            case .wrongZone: "a copy of another zone"
            case .transfer(let error): error.description
            case .system(let reason): reason
            }
        }
    }

    private static let firstLine = "afterglow zone copy 1"
    /// No header is longer: a name of at most 1,004 characters and four short lines.
    private static let headerMax = 2048
    /// Octets read or written at once.
    private static let chunk = 1 << 18
    /// About as large as primaries make their messages: names compress well within 16,384 octets.
    private static let messageOctets = 16_000
    private static let digestCount = 48

    // MARK: Writing

    /// Writes the copy to an open file, from its beginning.
    func write(to file: FileHandle, _ cryptography: any TransferCryptography) throws {
        let blank = header(digest: String(repeating: "0", count: 2 * Self.digestCount))
        var output = Array(blank.utf8)
        var hash = cryptography.hash(.sha384)
        var records: [Record] = []
        var size = 0
        func flush() throws {
            let message = try Self.framed(records)
            hash.update(message)
            output += message
            records.removeAll(keepingCapacity: true)
            size = 0
            if output.count >= Self.chunk {
                try file.write(contentsOf: output)
                output.removeAll(keepingCapacity: true)
            }
        }
        for record in [zone.startOfAuthority] + zone.records.filter({ $0.type != .soa }) + [
            zone.startOfAuthority
        ] {
            let count = record.name.octets.count + 10 + record.data.octets.count
            if size + count > Self.messageOctets, !records.isEmpty { try flush() }
            records.append(record)
            size += count
        }
        try flush()
        try file.write(contentsOf: output)
        try file.seek(toOffset: 0)
        try file.write(contentsOf: Array(header(digest: Self.hexadecimal(hash.finish())).utf8))
    }

    private func header(digest: String) -> String {
        """
        \(Self.firstLine)
        zone: \(zone.origin)
        serial: \(zone.serial)
        confirmed: \(confirmed.milliseconds) \(confirmed)
        sha384: \(digest)


        """
    }

    private static func framed(_ records: [Record]) throws(Fault) -> [UInt8] {
        var header = Header(id: 0)
        header.isResponse = true
        header.isAuthoritative = true
        let octets = Message(header: header, answers: records).compose()
        guard octets.count > 2, octets[2] & 0x02 == 0 else { throw .transfer(.truncatedMessage) }
        return [UInt8(truncatingIfNeeded: octets.count >> 8), UInt8(truncatingIfNeeded: octets.count)]
            + octets
    }

    static func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { octet in
            let text = String(octet, radix: 16)
            return text.count < 2 ? "0" + text : text
        }.joined()
    }

    // MARK: Reading

    /// Reads the copy of `origin` from an open file.
    init(reading file: FileHandle, origin: Name, _ cryptography: any TransferCryptography) throws(Fault) {
        var buffer = try Self.read(file)
        let fields = try Self.takeHeader(&buffer)
        guard let name = fields["zone"].flatMap({ Name($0) }),
            let time = fields["confirmed"]?.split(separator: " ").first.flatMap({ Int64($0) }),
            let digest = fields["sha384"]
        else { throw .notACopy }
        guard name == origin else { throw .wrongZone }
        var hash = cryptography.hash(.sha384)
        hash.update(buffer)
        var transfer = ZoneTransfer(origin: origin, held: nil, method: .full, id: 0)
        var arrived: Zone?
        var position = 0
        while true {
            while let message = Self.nextMessage(buffer, &position) {
                guard arrived == nil else { throw .damaged }
                arrived = try Self.take(message, &transfer)
            }
            buffer.removeFirst(position)
            position = 0
            let more = try Self.read(file)
            guard !more.isEmpty else { break }
            hash.update(more)
            buffer += more
        }
        guard let arrived, buffer.isEmpty, Self.hexadecimal(hash.finish()) == digest else { throw .damaged }
        zone = arrived
        confirmed = Timestamp(milliseconds: time)
    }

    private static func read(_ file: FileHandle) throws(Fault) -> [UInt8] {
        do { return Array(try file.read(upToCount: chunk) ?? Data()) } catch {
            throw .system(error.localizedDescription)
        }
    }

    /// The fields of the header, which is taken off.
    private static func takeHeader(_ buffer: inout [UInt8]) throws(Fault) -> [String: String] {
        let head = buffer.prefix(headerMax)
        let newline = UInt8(ascii: "\n")
        let end = head.indices.first {
            $0 + 1 < head.endIndex && head[$0] == newline && head[$0 + 1] == newline
        }
        guard let end else { throw .notACopy }
        let lines = String(decoding: head[..<end], as: UTF8.self).split(separator: "\n")
        guard lines.first.map(String.init) == firstLine else { throw .notACopy }
        buffer.removeFirst(end + 2)
        let pairs = lines.dropFirst().compactMap { line -> (String, String)? in
            let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func nextMessage(_ buffer: [UInt8], _ position: inout Int) -> [UInt8]? {
        guard buffer.count - position >= 2 else { return nil }
        let start = position + 2
        let count = Int(buffer[position]) << 8 | Int(buffer[position + 1])
        guard buffer.count - start >= count else { return nil }
        position = start + count
        return Array(buffer[start..<position])
    }

    /// The zone, when this message was its last.
    private static func take(_ octets: [UInt8], _ transfer: inout ZoneTransfer) throws(Fault) -> Zone? {
        guard let message = try? Message(parsing: octets) else { throw .damaged }
        do {
            guard case .replaced(let zone) = try transfer.receive(message) else { return nil }
            return zone
        } catch {
            throw .transfer(error)
        }
    }
}
