import Foundation
package import Settings

/// Messages for the operator, to standard error: one line each, as text or JSON; or to a listener.
package struct OperatorLog: Sendable {
    private let level: Settings.Log.Level
    private let format: Settings.Log.Format
    /// Takes what is said in place of standard error; nil for standard error.
    private let listener: (@Sendable (Settings.Log.Level, String) -> Void)?

    package init(level: Settings.Log.Level = .info, format: Settings.Log.Format = .text) {
        self.level = level
        self.format = format
        listener = nil
    }

    /// A log for a listener in this process, which may be called on any thread and must not block.
    package init(
        level: Settings.Log.Level = .info,
        listener: @escaping @Sendable (Settings.Log.Level, String) -> Void
    ) {
        self.level = level
        format = .text
        self.listener = listener
    }

    /// Says what happened as it should.
    package func info(_ message: String) { write(.info, message) }
    /// Says what does not keep the resolver from serving.
    package func warning(_ message: String) { write(.warning, message) }
    /// Says what the operator has to act on.
    package func error(_ message: String) { write(.error, message) }

    private func write(_ level: Settings.Log.Level, _ message: String) {
        let order = Settings.Log.Level.allCases
        guard let own = order.firstIndex(of: level), let least = order.firstIndex(of: self.level),
            own >= least
        else {
            return
        }
        if let listener { return listener(level, message) }
        let time = Date().formatted(.iso8601)
        let line: String
        switch format {
        case .text:
            line = "\(time) \(level.rawValue) \(message)\n"
        case .json:
            let object = ["ts": time, "level": level.rawValue, "message": message]
            let data = try? JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
            line = String(decoding: data ?? Data(), as: UTF8.self) + "\n"
        }
        FileHandle.standardError.write(Data(line.utf8))
    }
}
