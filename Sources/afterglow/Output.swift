import Foundation

/// Why an output takes no more.
enum OutputProblem: Error {
    /// Whoever read it has gone, as `head` does: no fault.
    case closed
    /// Another error of write(2), open(2) or rename(2) on a file; nil for standard output.
    case system(Int32, file: String?)
}

extension OutputProblem: CustomStringConvertible {
    var description: String {
        switch self {
        case .closed: "standard output: closed"
        case .system(let code, let file):
            "\(file ?? "standard output"): \(String(cString: strerror(code)))"
        }
    }
}

/// Standard output or a file, in blocks of 64 KiB; an output whose reader has gone is an error, not a signal.
///
/// A file has its name only once it is whole: until then it is called `NAME.part`. What is there and is no file, such as a device, a
/// pipe or a link, is written to as it is, and stays.
final class Output {
    private static let block = 65_536

    private var waiting: [UInt8] = []
    private let descriptor: Int32
    private let file: String?
    /// What the file is called until it is whole; nil where there is none.
    private let draft: String?

    /// Standard output.
    init() {
        signal(SIGPIPE, SIG_IGN)
        descriptor = 1
        file = nil
        draft = nil
    }

    init(file: String) throws(OutputProblem) {
        signal(SIGPIPE, SIG_IGN)
        self.file = file
        draft = Self.isOtherThanFile(file) ? nil : file + ".part"
        descriptor = open(
            draft ?? file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, file: file) }
    }

    func write(_ text: String) throws(OutputProblem) {
        waiting.append(contentsOf: text.utf8)
        if waiting.count >= Self.block { try flush() }
    }

    func write(_ octets: [UInt8]) throws(OutputProblem) {
        waiting += octets
        if waiting.count >= Self.block { try flush() }
    }

    /// Writes out what waits, and gives a file its name.
    func finish() throws(OutputProblem) {
        try flush()
        guard let file else { return }
        guard close(descriptor) == 0, draft.map({ rename($0, file) == 0 }) ?? true else {
            throw .system(errno, file: file)
        }
    }

    private static func isOtherThanFile(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT != S_IFREG
    }

    /// Removes what has been written of a file.
    func abandon() {
        guard file != nil else { return }
        close(descriptor)
        if let draft { unlink(draft) }
    }

    /// Writes out what waits.
    func flush() throws(OutputProblem) {
        var start = 0
        while start < waiting.count {
            let count = waiting[start...].withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                start += count
            } else if errno != EINTR {
                throw errno == EPIPE && file == nil ? .closed : .system(errno, file: file)
            }
        }
        waiting.removeAll(keepingCapacity: true)
    }
}
