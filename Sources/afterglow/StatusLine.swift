import Foundation

/// What a long command is at, on one line of a terminal; nothing where there is no terminal.
final class StatusLine {
    private static let columns = 78

    private let isShown = isatty(2) == 1
    private var hasLine = false

    func show(_ text: String) {
        guard isShown else { return }
        hasLine = true
        put("\r\(TextTable.printable(text).prefix(Self.columns))\u{1B}[K")
    }

    /// Leaves the line empty.
    func clear() {
        if hasLine { put("\r\u{1B}[K") }
        hasLine = false
    }

    private func put(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
