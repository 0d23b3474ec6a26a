import GRDB
package import Primitives

/// A network that a name server was asked for: without origins where it knew none.
package struct LearnedOrigin: Sendable, Hashable {
    package var network: NetworkIdentity
    package var fetched: Timestamp

    package init(network: NetworkIdentity, fetched: Timestamp) {
        self.network = network
        self.fetched = fetched
    }
}

extension LearnedOrigin {
    func save(to database: Database) throws {
        try database.execute(
            sql:
                "INSERT OR REPLACE INTO origin (prefix, asns, name, source, fetched) VALUES (?, ?, ?, 'dns', ?)",
            arguments: [
                network.prefix.description, network.origins.map { String($0.value) }.joined(separator: " "),
                network.name, fetched.seconds,
            ])
    }

    /// The rows of the table, the newest first, at most 65,536; damaged ones are left out.
    static func all(in database: Database) throws -> [LearnedOrigin] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT prefix, asns, name, fetched FROM origin ORDER BY fetched DESC LIMIT 65536")
        return rows.compactMap { row in
            guard let text = String.fromDatabaseValue(row["prefix"]), let prefix = Prefix(text),
                let numbers = String.fromDatabaseValue(row["asns"]),
                let fetched = Int64.fromDatabaseValue(row["fetched"]), (0...1 << 40).contains(fetched)
            else { return nil }
            let origins = numbers.split(separator: " ").compactMap { ASNumber($0) }
            let name = String.fromDatabaseValue(row["name"])
            return LearnedOrigin(
                network: NetworkIdentity(prefix: prefix, origins: origins, name: name),
                fetched: Timestamp(seconds: fetched))
        }
    }
}
