import Primitives

/// Reads routing tables in the formats that are published for download.
///
/// Blank lines and lines that start with `#` are skipped; lines end with LF or CRLF.
package struct OriginTableParser: Sendable {
    /// The published formats.
    package enum Format: Sendable, Hashable, CaseIterable {
        /// iptoasn.com: `start⇥end⇥AS⇥country⇥name`; AS 0 is not routed.
        case iptoasn
        /// CAIDA's RouteViews prefix-to-AS: `prefix⇥length⇥AS`, with `1_2` for multiple origins, `1,2` for sets.
        case pfx2as
    }

    package let format: Format

    package init(format: Format) { self.format = format }

    /// Adds the ranges of a table, and the names it has, to `builder`; stops at the first line that is wrong.
    package func parse(_ octets: [UInt8], into builder: inout OriginTableBuilder) throws(TableError) {
        try Self.forEachLine(of: octets) { (line) throws(TableError) in
            switch format {
            case .iptoasn: try Self.readRange(&line, into: &builder)
            case .pfx2as: try Self.readPrefix(&line, into: &builder)
            }
        }
    }

    /// Adds names from lines `ASN⇥name`; they stand in place of names that a table brings.
    package static func parseNames(
        _ octets: [UInt8], into builder: inout OriginTableBuilder
    ) throws(TableError) {
        try forEachLine(of: octets) { (line) throws(TableError) in
            let number = try line.asNumber()
            guard let name = line.rest() else { throw line.errorAfterField(.missingField) }
            builder.name(number, name)
        }
    }

    private static func readRange(
        _ line: inout TableLine, into builder: inout OriginTableBuilder
    ) throws(TableError) {
        let start = try line.address()
        let end = try line.address()
        guard start.family == end.family else { throw line.error(.mixedFamilies) }
        guard start <= end else { throw line.error(.reversedRange) }
        let number = try line.asNumber()
        guard builder.add(from: start, through: end, origins: [number]) else {
            throw line.error(.tooManyRanges)
        }
        guard number.value != 0, !line.isAtEnd, !builder.hasName(number) else { return }
        _ = try line.field()
        if let name = line.rest() { builder.name(number, name) }
    }

    private static func readPrefix(
        _ line: inout TableLine, into builder: inout OriginTableBuilder
    ) throws(TableError) {
        let address = try line.address()
        let length = try line.length(in: address.family)
        let origins = try line.asNumbers()
        guard line.isAtEnd else { throw line.errorAfterField(.unexpectedField) }
        guard builder.add(Prefix(address, length: length), origins: origins) else {
            throw line.error(.tooManyRanges)
        }
    }

    private static func forEachLine(
        of octets: [UInt8], _ body: (inout TableLine) throws(TableError) -> Void
    ) throws(TableError) {
        var number = 0
        var start = octets.startIndex
        while start < octets.endIndex {
            let end = octets[start...].firstIndex(of: 0x0A) ?? octets.endIndex
            number += 1
            var line = TableLine(number: number, octets: octets[start..<end])
            if !line.isVoid { try body(&line) }
            start = end + 1
        }
    }
}
