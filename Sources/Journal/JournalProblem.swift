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
