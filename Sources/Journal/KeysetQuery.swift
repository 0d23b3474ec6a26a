import GRDB

/// A query that is read in parts, each from where the last one ended, in the order of a unique key.
///
/// A reader that stays in one transaction keeps the write-ahead log from starting over, so a long export of a running
/// server's database must not.
struct KeysetQuery {
    /// The rows of one part.
    static let part = 50_000

    /// Columns and table, such as `a, b FROM t`; the columns of the key must be among the selected ones.
    var selection: String
    /// Where the first part begins, such as `a >= ?`. The later parts begin where the last one ended and must not have
    /// it: SQLite may take the weaker of two bounds and read everything from there again.
    var start: (condition: String, argument: Int64)?
    var condition: String
    var arguments: StatementArguments
    var key: [String]
    var isDescending = false

    /// The statement of a part that begins after a key.
    func sql(resuming: Bool, limit: Int = Self.part) -> String {
        let names = key.joined(separator: ", ")
        let marks = key.map { _ in "?" }.joined(separator: ", ")
        let resume = "(\(names)) \(isDescending ? "<" : ">") (\(marks))"
        let first = resuming ? resume : start?.condition ?? "true"
        let order = key.map { $0 + (isDescending ? " DESC" : "") }.joined(separator: ", ")
        return "SELECT \(selection) WHERE \(first) AND \(condition) ORDER BY \(order) LIMIT \(limit)"
    }
}

extension JournalReader {
    /// Hands each row on, with the database that it is read from.
    func read(_ query: KeysetQuery, _ body: (Row, Database) throws -> Void) throws {
        var last: [DatabaseValue]? = nil
        repeat {
            let start = last
            last = try reading { database in
                let rows = try Row.fetchCursor(
                    database, sql: query.sql(resuming: start != nil),
                    arguments: StatementArguments(
                        start ?? query.start.map { [$0.argument.databaseValue] } ?? [])
                        + query.arguments)
                var count = 0
                while let row = try rows.next() {
                    try body(row, database)
                    count += 1
                    if count == KeysetQuery.part { return query.key.map { row[$0] as DatabaseValue } }
                }
                return nil
            }
        } while last != nil
    }
}
