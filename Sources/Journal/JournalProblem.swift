import GRDB

/// Why the log could not be written; the rows stay in memory and are tried again.
package enum JournalProblem: Error, Sendable, Hashable {
    case diskFull
    case readOnly
    case cannotOpen
    case inputOutput
    /// Any other SQLite result code.
    case database(code: Int)
    /// Observations dropped because the queue was full, in total so far.
    case overflow(dropped: Int)
}

/// What the operator should hear of the log, each once.
package enum JournalReport: Sendable, Hashable {
    /// Storing began to fail, or fails for another reason than before.
    case failing(JournalProblem)
    /// Everything held is stored.
    case recovered
}

extension JournalProblem {
    init(_ error: any Error) {
        guard let error = error as? DatabaseError else {
            self = .inputOutput
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull
        case .SQLITE_READONLY: self = .readOnly
        case .SQLITE_CANTOPEN: self = .cannotOpen
        case .SQLITE_IOERR: self = .inputOutput
        default: self = .database(code: Int(error.resultCode.rawValue))
        }
    }
}
