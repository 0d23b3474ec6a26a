import Foundation
import Primitives
package import Recursion

/// The file of a cache snapshot: a line that names the version, then parts, each with its kind, its count of octets and a
/// checksum before it; numbers are little-endian. A last, empty part of kind 0 says that the file is whole.
package enum SnapshotFile {
    /// Another arrangement of the octets gets another number; a file with any other is left aside.
    static let firstLine = Array("afterglow cache 2\n".utf8)
    static let headOctets = 1 + 8 + 8

    /// What a part holds.
    package enum Kind: UInt8 {
        case end = 0
        case answers = 1
        case servers = 2
    }

    /// Why a file is left aside, or was not written.
    package enum Fault: Error, Equatable, CustomStringConvertible {
        case otherVersion
        case damaged
        case system(String)

        package var description: String {
            switch self {
            case .otherVersion: "not a snapshot of this version"
            case .damaged: "damaged: the octets are not those that were written"
            case .system(let reason): reason
            }
        }
    }

    /// Writes the parts that `next` brings to a new file beside `path`, which then takes its place.
    package static func write(to path: String, parts next: () -> (Kind, [UInt8])?) throws(Fault) {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        do {
            defer { try? file.close() }
            try file.write(contentsOf: firstLine)
            while let (kind, octets) = next() { try write(kind, octets, to: file) }
            try write(.end, [], to: file)
            try file.synchronize()
        } catch {
            unlink(draft)
            throw .system(error.localizedDescription)
        }
        guard rename(draft, path) == 0 else { throw .system(String(cString: strerror(errno))) }
    }

    private static func write(_ kind: Kind, _ octets: [UInt8], to file: FileHandle) throws {
        var head: [UInt8] = [kind.rawValue]
        for word in [UInt64(octets.count), octets.withUnsafeBytes { checksum(kind, $0) }] {
            head += (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
        try file.write(contentsOf: head)
        try file.write(contentsOf: octets)
    }

    /// Reads a file: every part is checked before the first is passed on, so that a damaged file brings nothing.
    package static func read(_ path: String, part: (Kind, UnsafeRawBufferPointer) -> Void) throws(Fault) {
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) } catch {
            throw .system(error.localizedDescription)
        }
        let result = data.withUnsafeBytes { octets in
            parts(of: octets).map { parts in
                for (kind, range) in parts { part(kind, UnsafeRawBufferPointer(rebasing: octets[range])) }
            }
        }
        try result.get()
    }

    private static func parts(of octets: UnsafeRawBufferPointer) -> Result<[(Kind, Range<Int>)], Fault> {
        guard octets.starts(with: firstLine) else { return .failure(.otherVersion) }
        var parts: [(Kind, Range<Int>)] = []
        var offset = firstLine.count
        while octets.count - offset >= headOctets, let kind = Kind(rawValue: octets[offset]) {
            let count = octets.loadUnaligned(fromByteOffset: offset + 1, as: UInt64.self)
            let sum = octets.loadUnaligned(fromByteOffset: offset + 9, as: UInt64.self)
            offset += headOctets
            guard count <= UInt64(octets.count - offset) else { break }
            let range = offset..<(offset + Int(count))
            guard checksum(kind, UnsafeRawBufferPointer(rebasing: octets[range])) == sum else { break }
            if kind == .end { return .success(parts) }
            parts.append((kind, range))
            offset = range.upperBound
        }
        return .failure(.damaged)
    }

    /// SipHash under a key that everybody knows: against accidents, for nobody else writes to the state directory.
    private static func checksum(_ kind: Kind, _ octets: UnsafeRawBufferPointer) -> UInt64 {
        var hash = SipHash(key: .init(0x6166_7465_7267_6C6F, 0x7720_6361_6368_6531))
        hash.combine(UInt64(kind.rawValue))
        var offset = 0
        while octets.count - offset >= 8 {
            hash.combine(octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var tail: UInt64 = 0
        for index in offset..<octets.count { tail |= UInt64(octets[index]) << UInt64(8 * (index - offset)) }
        return hash.finish(tail: tail, count: octets.count)
    }
}

/// What is remembered of servers, 41 octets each: the family, the address in sixteen, then smoothed round trip, variation,
/// and since when the server is left alone (0 for not), in eight octets each.
package enum ServerMemoryCodec {
    static let octetsEach = 41

    /// The octets of what is remembered.
    package static func compose(_ memory: [ServerHistory.Memory]) -> [UInt8] {
        memory.flatMap { known -> [UInt8] in
            let words = [
                known.address.high, known.address.low, UInt64(bitPattern: known.smoothed),
                UInt64(bitPattern: known.variation), UInt64(bitPattern: known.downSince?.milliseconds ?? 0),
            ]
            return [known.address.family.rawValue]
                + words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
        }
    }

    /// What the octets hold; servers of a family that nobody knows are left out.
    package static func parse(_ octets: UnsafeRawBufferPointer) -> [ServerHistory.Memory] {
        stride(from: 0, to: octets.count - octetsEach + 1, by: octetsEach).compactMap { start in
            func word(_ number: Int) -> UInt64 {
                octets.loadUnaligned(fromByteOffset: start + 1 + 8 * number, as: UInt64.self)
            }
            guard let family = AddressFamily(rawValue: octets[start]) else { return nil }
            let since = Int64(bitPattern: word(4))
            return ServerHistory.Memory(
                address: IPAddress(family: family, high: word(0), low: word(1)),
                smoothed: Int64(bitPattern: word(2)), variation: Int64(bitPattern: word(3)),
                downSince: since == 0 ? nil : Timestamp(milliseconds: since))
        }
    }
}
