import CUnpacking
import Glibc

/// A file read in parts, unpacked where it is a gzip or bzip2 file, which its first octets tell.
package final class PackedFile {
    /// Why a file cannot be read further.
    package enum Problem: Error, Hashable, Sendable {
        /// The system's errno.
        case unreadable(Int32)
        /// The packed data is broken at this octet of the file.
        case broken(Int)
        /// The file ends within the packed data.
        case truncated
        /// It is longer, unpacked, than the caller takes.
        case tooLarge(Int)
    }

    /// Octets read at a time.
    private static let part = 1 << 18
    /// Octets unpacked at a time.
    private static let unpackedPart = 1 << 20

    private let descriptor: Int32
    /// Octets of the file; nil of a pipe and the like.
    private let size: Int?
    private var unpacker: OpaquePointer?
    private var input: [UInt8] = []
    private var start = 0
    private var offset = 0
    private var isWhole = true
    private var isAtEnd = false

    package init(_ path: String) throws(Problem) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(errno) }
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isFile && status.st_size > 0 ? Int(status.st_size) : nil
        try fill()
        if input.starts(with: [0x1F, 0x8B]) {
            unpacker = afterglow_unpacker_create(Int32(AFTERGLOW_GZIP))
        } else if input.starts(with: [0x42, 0x5A, 0x68]) {
            unpacker = afterglow_unpacker_create(Int32(AFTERGLOW_BZIP2))
        }
        isWhole = unpacker == nil
    }

    deinit {
        afterglow_unpacker_destroy(unpacker)
        if descriptor >= 0 { close(descriptor) }
    }

    /// The part of the file, packed as it is, that was taken so far, 0 to 1; nil where its size is not known.
    package var share: Double? { size.map { min(1, Double(offset + start) / Double($0)) } }

    /// The next octets; nil at the end.
    package func next() throws(Problem) -> [UInt8]? {
        guard let unpacker else {
            if start < input.count {
                defer { start = input.count }
                return Array(input[start...])
            }
            try fill()
            guard !input.isEmpty else { return nil }
            start = input.count
            return input
        }
        while true {
            if start == input.count { try fill() }
            if input.isEmpty {
                guard isWhole else { throw .truncated }
                return nil
            }
            let octets = try unpack(unpacker)
            if !octets.isEmpty { return octets }
        }
    }

    /// The rest of the file, where that is at most `limit` octets.
    package func rest(limit: Int) throws(Problem) -> [UInt8] {
        var octets: [UInt8] = []
        while let part = try next() {
            guard octets.count + part.count <= limit else { throw .tooLarge(limit) }
            octets += part
        }
        return octets
    }

    private func fill() throws(Problem) {
        guard !isAtEnd else {
            input = []
            start = 0
            return
        }
        var count = 0
        let octets = [UInt8](unsafeUninitializedCapacity: Self.part) { room, filled in
            count = read(descriptor, room.baseAddress, room.count)
            filled = max(0, count)
        }
        guard count >= 0 else { throw .unreadable(errno) }
        isAtEnd = count == 0
        offset += input.count
        input = octets
        start = 0
    }

    private func unpack(_ unpacker: OpaquePointer) throws(Problem) -> [UInt8] {
        var used = 0
        var made = 0
        var status: Int32 = 0
        let octets = [UInt8](unsafeUninitializedCapacity: Self.unpackedPart) { room, filled in
            status = input[start...].withUnsafeBufferPointer { rest in
                afterglow_unpack(
                    unpacker, rest.baseAddress, rest.count, &used, room.baseAddress, room.count, &made)
            }
            filled = made
        }
        start += used
        switch Int(status) {
        case Int(AFTERGLOW_UNPACK_ENDED): isWhole = true
        case Int(AFTERGLOW_UNPACK_GOES_ON): isWhole = false
        default:
            // After whole streams, padding or other trailing octets are no part of the file.
            guard isWhole else { throw .broken(offset + start) }
            start = input.count
        }
        return octets
    }
}
