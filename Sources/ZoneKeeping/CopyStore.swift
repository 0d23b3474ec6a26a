package import DNSWire
import Foundation
package import Primitives
package import Zones

/// The copies on disk: one file a zone, replaced as a whole, and beside it when the copy was last confirmed.
package struct CopyStore: Sendable {
    private let directory: URL
    private let cryptography: any TransferCryptography

    /// - Parameter directory: made when the first copy is written.
    package init(directory: String, cryptography: any TransferCryptography) {
        self.directory = URL(fileURLWithPath: directory, isDirectory: true)
        self.cryptography = cryptography
    }

    /// Why a copy cannot be read or written: the file, and the reason in words.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "\(path): \(reason)" }
    }

    /// The last copy of a zone; nil when there is none.
    package func load(_ origin: Name) throws(Problem) -> CopyFile? {
        let path = copy(of: origin)
        guard FileManager.default.fileExists(atPath: path.path) else { return nil }
        do {
            let file = try FileHandle(forReadingFrom: path)
            defer { try? file.close() }
            let stored = try CopyFile(reading: file, origin: origin, cryptography)
            let later = confirmation(of: origin, serial: stored.zone.serial)
            return CopyFile(
                zone: stored.zone, confirmed: max(stored.confirmed, later ?? stored.confirmed))
        } catch let fault as CopyFile.Fault {
            throw Problem(path: path.path, reason: fault.description)
        } catch {
            throw Problem(path: path.path, reason: error.localizedDescription)
        }
    }

    /// Writes a copy beside the old one, has the disk take it, and puts it in the old one's place.
    package func save(_ stored: CopyFile) throws(Problem) {
        let path = copy(of: stored.zone.origin)
        let temporary = path.appendingPathExtension("new")
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try write(stored, to: temporary)
            try rename(temporary, to: path)
            try synchronizeDirectory()
        } catch {
            try? FileManager.default.removeItem(at: temporary)
            throw Problem(path: path.path, reason: Self.reason(error))
        }
    }

    /// Notes that the copy with this serial is the primary's at `time`. Without it a restart takes the copy to be
    /// older than it is.
    package func confirm(_ origin: Name, serial: SerialNumber, at time: Timestamp) throws(Problem) {
        let path = confirmation(of: origin)
        do {
            try Data("\(serial) \(time.milliseconds)\n".utf8).write(to: path, options: .atomic)
        } catch {
            throw Problem(path: path.path, reason: Self.reason(error))
        }
    }

    private func confirmation(of origin: Name, serial: SerialNumber) -> Timestamp? {
        guard let data = try? Data(contentsOf: confirmation(of: origin)) else { return nil }
        let fields = String(decoding: data, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard fields.count == 2, fields[0] == "\(serial)", let time = Int64(fields[1]) else { return nil }
        return Timestamp(milliseconds: time)
    }

    private func write(_ stored: CopyFile, to path: URL) throws {
        let descriptor = open(path.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemFailure(code: errno) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        defer { try? file.close() }
        try stored.write(to: file, cryptography)
        try file.synchronize()
    }

    private func rename(_ source: URL, to target: URL) throws {
        guard Foundation.rename(source.path, target.path) == 0 else { throw SystemFailure(code: errno) }
    }

    /// The name of the new file is to survive a power cut too.
    private func synchronizeDirectory() throws {
        let descriptor = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure(code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemFailure(code: errno) }
    }

    private struct SystemFailure: Error { let code: Int32 }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let failure as SystemFailure: String(cString: strerror(failure.code))
        case let fault as CopyFile.Fault: fault.description
        default: error.localizedDescription
        }
    }

    private func copy(of origin: Name) -> URL {
        directory.appendingPathComponent(Self.fileName(origin) + ".copy")
    }

    private func confirmation(of origin: Name) -> URL {
        directory.appendingPathComponent(Self.fileName(origin) + ".confirmed")
    }

    /// A zone's file name: the name in lower case with all but letters, digits and `-_` as `%XX`; `@` for the root.
    /// One that is too long for a file system ends in its hash.
    static func fileName(_ origin: Name) -> String {
        guard !origin.isRoot else { return "@" }
        let plain = Set("abcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let labels = origin.lowercased.labels.map { label in
            label.map { octet in
                plain.contains(octet) ? String(UnicodeScalar(octet)) : "%" + CopyFile.hexadecimal([octet])
            }.joined()
        }
        let text = labels.joined(separator: ".")
        guard text.utf8.count > 200 else { return text }
        return text.prefix(180) + "-" + String(origin.stableHash, radix: 16)
    }
}
