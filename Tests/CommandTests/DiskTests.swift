import Foundation
import Glibc
import Journal
import Laboratory
import Primitives
import Reachability
import Synchronization
import Testing

/// A small file system of its own in memory, which can be filled and made read-only.
private final class SmallDisk {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    static let isPossible = geteuid() == 0 && Command.exists("mount") && Command.exists("umount")

    init(octets: Int) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try #require(
            Command.run(["mount", "-t", "tmpfs", "-o", "size=\(octets)", "tmpfs", directory]).succeeded)
    }

    deinit {
        _ = Command.run(["umount", "-l", directory])
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Writes a file until there is no room left.
    func fill() {
        _ = Command.run(["dd", "if=/dev/zero", "of=\(directory)/ballast", "bs=4096", "status=none"])
    }

    func empty() throws { try FileManager.default.removeItem(atPath: directory + "/ballast") }

    func setReadOnly(_ isReadOnly: Bool) throws {
        let mode = isReadOnly ? "ro" : "rw"
        try #require(Command.run(["mount", "-o", "remount,\(mode)", directory]).succeeded)
    }
}

/// A log on a disk that is full or cannot be written.
@Suite(.enabled(if: SmallDisk.isPossible, "SKIPPED unless root, who may mount a tmpfs"))
struct DiskTests {
    private let disk: SmallDisk
    private let heard = Heard()

    private final class Heard: Sendable {
        let reports = Mutex<[JournalReport]>([])
    }

    init() throws { disk = try SmallDisk(octets: 4 << 20) }

    private var path: String { disk.directory + "/log.sqlite" }

    private func writer() -> JournalWriter {
        JournalWriter(
            path: path, clock: { Timestamp(seconds: 60) }, identify: { $0.map { .unknown(of: $0.server) } },
            report: { [heard] report in heard.reports.withLock { $0.append(report) } })
    }

    private func record(_ count: Int, from first: Int = 0, to writer: JournalWriter) {
        for number in first..<first + count {
            writer.record(
                Observation(
                    time: Timestamp(seconds: 60), server: IPAddress(ipv4: 0xC612_0000 + UInt32(number)),
                    zone: "example.", transport: .udp, outcome: .silent))
        }
    }

    private func stored() throws -> Int {
        var lines = 0
        try JournalReader(path: path).export(.observations, format: .jsonl, now: Timestamp(seconds: 60)) {
            lines += $0.count { $0 == UInt8(ascii: "\n") }
        }
        return lines
    }

    private var reports: [JournalReport] { heard.reports.withLock { $0 } }

    @Test func `a full disk is told once, and what was held is stored when there is room again`() throws {
        let writer = writer()
        record(10, to: writer)
        #expect(writer.flush())
        let before = try stored()
        disk.fill()
        for round in 1...5 {
            record(300, from: 300 * round, to: writer)
            #expect(!writer.flush())
        }
        #expect(reports == [.failing(.diskFull)])
        #expect(try stored() == before)
        try disk.empty()
        #expect(writer.flush())
        #expect(reports == [.failing(.diskFull), .recovered])
        #expect(writer.dropped == 0)
        #expect(
            try JournalReader(path: path).networks(now: Timestamp(seconds: 60)).map(\.servers).reduce(0, +)
                == 1510)
    }

    @Test func `a disk that becomes read-only stops nothing, and what was held is stored afterwards`() throws
    {
        do {
            let earlier = writer()
            record(1, to: earlier)
            #expect(earlier.flush())
        }
        try disk.setReadOnly(true)
        let writer = writer()
        for _ in 0..<3 {
            record(50, from: 100, to: writer)
            #expect(!writer.flush())
        }
        #expect(reports.count == 1)
        try disk.setReadOnly(false)
        #expect(writer.flush())
        #expect(reports.count == 2 && reports.last == .recovered)
        let networks = try JournalReader(path: path).networks(now: Timestamp(seconds: 60))
        #expect(networks.map(\.servers).reduce(0, +) == 51)
    }

    @Test(.enabled(if: CommandLog.executable != nil, "SKIPPED without the executable afterglow"))
    func `a log on a read-only disk is read`() throws {
        do {
            let writer = writer()
            record(1, to: writer)
            #expect(writer.flush())
        }
        try disk.setReadOnly(true)
        let read = Command.run([CommandLog.executable ?? "", "export", "observations", "--database", path])
        #expect(read.succeeded, "\(read.complaint)")
        #expect(read.output.split(separator: "\n").count == 3)
    }
}
