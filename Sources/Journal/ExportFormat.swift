package import Primitives

/// What leaves the log.
package enum ExportKind: String, Sendable, CaseIterable {
    case observations
    case outages
    case routes
}

/// The forms in which it leaves the log, a record a line.
package enum ExportFormat: String, Sendable, CaseIterable {
    /// JSON Lines: the canonical form.
    case jsonl
    case csv
    /// Outages in the Common Outage Data Format as IODA's API gives them (ISI-TR-729), one JSON object a line.
    case codf
    /// Outages as the annotations of Cloudflare Radar's API, one JSON object a line.
    case radar

    /// Whether records of a kind can be given in this form.
    package func describes(_ kind: ExportKind) -> Bool {
        switch self {
        case .jsonl, .csv: true
        case .codf, .radar: kind == .outages
        }
    }
}

/// How far an export has come.
package struct ExportProgress: Sendable, Hashable {
    package internal(set) var records = 0
    /// Events without an AS, which a format that names places by AS cannot describe.
    package internal(set) var leftOut = 0
    /// The time of the last record.
    package internal(set) var time: Timestamp?
}

/// Collects records into blocks.
struct ExportWriter {
    /// The octets after which a block is handed on.
    private static let block = 65_536

    var composer: LineComposer
    var progress = ExportProgress()
    private let write: ([UInt8]) throws -> Void
    private let report: (ExportProgress) -> Void

    init(
        _ format: ExportFormat, report: @escaping (ExportProgress) -> Void,
        to write: @escaping ([UInt8]) throws -> Void
    ) {
        composer = LineComposer(format == .csv ? .csv : .json)
        self.report = report
        self.write = write
    }

    /// Writes the names of the columns.
    func writeHeader(_ fields: (inout LineComposer) throws -> Void) throws {
        var header = LineComposer(.header)
        try header.line(fields)
        try write(header.take())
    }

    mutating func add(at seconds: Int64, _ fields: (inout LineComposer) throws -> Void) throws {
        try composer.line(fields)
        progress.records += 1
        progress.time = Timestamp(seconds: seconds)
        if composer.octets.count >= Self.block { try finish() }
    }

    mutating func finish() throws {
        try write(composer.take())
        report(progress)
    }
}
