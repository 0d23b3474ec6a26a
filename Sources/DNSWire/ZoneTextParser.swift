/// Reads zone text (RFC 1035 §5): `$ORIGIN`, `$INCLUDE`, `$TTL` (RFC 2308 §4) and BIND's `$GENERATE`.
///
/// The TTL and the class may stand in either order. A record without TTL takes that of `$TTL`, else that of
/// the record before it, else, for the SOA, its own minimum.
public struct ZoneTextParser {
    /// Gives the octets of an included file by the name in the text; nil when there are none.
    public typealias Loader = (_ file: String) -> [UInt8]?

    /// How deeply files may include each other.
    public static let includeDepthMax = 8
    /// The most records that one `$GENERATE` may make.
    public static let generatedMax = 65536

    private let load: Loader
    private let recordsMax: Int
    private var file: String
    private var origin: Name
    private var owner: Name?
    private var recordClass: RecordClass?
    private var defaultTTL: UInt32?
    private var previousTTL: UInt32?
    private var depth = 0
    private var records: [Record] = []

    private init(file: String, origin: Name, defaultTTL: UInt32?, recordsMax: Int, load: @escaping Loader) {
        self.file = file
        self.origin = origin
        self.defaultTTL = defaultTTL
        self.recordsMax = recordsMax
        self.load = load
    }

    /// The records of zone text, in its order.
    ///
    /// `file` names the text in errors; `origin` completes relative names until `$ORIGIN`; `defaultTTL`, in
    /// seconds, stands for a missing `$TTL`; more than `recordsMax` records are an error.
    public static func parse(
        _ text: [UInt8], file: String = "", origin: Name = .root, defaultTTL: UInt32? = nil,
        recordsMax: Int = 1_000_000, including load: @escaping Loader = { _ in nil }
    ) throws(ZoneTextError) -> [Record] {
        var parser = ZoneTextParser(
            file: file, origin: origin, defaultTTL: defaultTTL, recordsMax: recordsMax, load: load)
        try parser.read(text)
        return parser.records
    }

    private mutating func read(_ text: [UInt8]) throws(ZoneTextError) {
        var tokenizer = ZoneTokenizer(text)
        while true {
            let entry: ZoneEntry
            do {
                guard let next = try tokenizer.next() else { return }
                entry = next
            } catch {
                throw error.error(file: file)
            }
            guard let first = entry.tokens.first else { continue }
            if !first.isQuoted, first.octets.first == UInt8(ascii: "$") {
                try readDirective(first, entry.tokens.dropFirst())
            } else {
                try readRecord(entry)
            }
        }
    }

    private func failure(_ reason: ZoneTextError.Reason, at token: ZoneToken) -> ZoneTextError {
        ZoneTextError(file: file, line: token.line, column: token.column, reason: reason)
    }

    private func scanName(_ token: ZoneToken) throws(ZoneTextError) -> Name {
        do {
            return try Name(scanning: token.octets, origin: origin)
        } catch {
            throw failure(.name(error), at: token)
        }
    }
}

extension ZoneTextParser {
    private mutating func readRecord(_ entry: ZoneEntry) throws(ZoneTextError) {
        var tokens = entry.tokens[...]
        guard let first = tokens.first else { return }
        if !entry.hasBlankOwner {
            owner = try scanName(first)
            tokens = tokens.dropFirst()
        }
        guard let owner else { throw failure(.noOwner, at: first) }
        var ttl: UInt32?
        var foundClass: RecordClass?
        var previous = first
        while let token = tokens.popFirst() {
            previous = token
            if ttl == nil, let octet = token.octets.first, (0x30...0x39).contains(octet) {
                ttl = try scanTTL(token)
            } else if foundClass == nil, let value = RecordClass(token.text), value != .any {
                foundClass = value
            } else if let type = RecordType(token.text) {
                guard !type.isMeta else { throw failure(.metaType, at: token) }
                try check(foundClass, at: token)
                let data = try scanData(tokens, type: type, after: token)
                let seconds = try resolve(ttl, type: type, data: data, at: token)
                return try append(owner, type, seconds, data, at: token)
            } else {
                throw failure(.unknownType, at: token)
            }
        }
        throw failure(.missingField, at: previous)
    }

    private mutating func check(_ found: RecordClass?, at token: ZoneToken) throws(ZoneTextError) {
        guard let found else { return }
        guard recordClass == nil || recordClass == found else { throw failure(.classMismatch, at: token) }
        recordClass = found
    }

    private func scanTTL(_ token: ZoneToken) throws(ZoneTextError) -> UInt32 {
        guard let seconds = SpanText.scan(token.octets), seconds <= 0x7FFF_FFFF else {
            throw failure(.badTTL, at: token)
        }
        return seconds
    }

    private func scanData(
        _ tokens: ArraySlice<ZoneToken>, type: RecordType, after token: ZoneToken
    ) throws(ZoneTextError) -> RecordData {
        var scanner = RecordDataScanner(tokens: tokens, type: type, origin: origin)
        if tokens.isEmpty { scanner.last = token }
        do {
            return try scanner.scan()
        } catch {
            throw error.error(file: file)
        }
    }

    private mutating func resolve(
        _ ttl: UInt32?, type: RecordType, data: RecordData, at token: ZoneToken
    ) throws(ZoneTextError) -> UInt32 {
        if let ttl { previousTTL = ttl }
        if let known = ttl ?? defaultTTL ?? previousTTL { return known }
        guard type == .soa, let authority = try? StartOfAuthority(data) else {
            throw failure(.noTTL, at: token)
        }
        previousTTL = min(authority.minimum, 0x7FFF_FFFF)
        return previousTTL ?? 0
    }

    private mutating func append(
        _ owner: Name, _ type: RecordType, _ ttl: UInt32, _ data: RecordData, at token: ZoneToken
    ) throws(ZoneTextError) {
        guard records.count < recordsMax else { throw failure(.tooManyRecords, at: token) }
        records.append(
            Record(name: owner, type: type, recordClass: recordClass ?? .internet, ttl: ttl, data: data))
    }
}

extension ZoneTextParser {
    private mutating func readDirective(
        _ directive: ZoneToken, _ arguments: ArraySlice<ZoneToken>
    ) throws(ZoneTextError) {
        let tokens = Array(arguments)
        switch directive.text.uppercased() {
        case "$ORIGIN":
            guard tokens.count == 1 else { throw failure(.badDirective, at: directive) }
            origin = try scanName(tokens[0])
        case "$TTL":
            guard tokens.count == 1 else { throw failure(.badDirective, at: directive) }
            defaultTTL = try scanTTL(tokens[0])
        case "$INCLUDE":
            guard (1...2).contains(tokens.count) else { throw failure(.badDirective, at: directive) }
            try include(tokens)
        case "$GENERATE":
            try generate(directive, tokens)
        default:
            throw failure(.unknownDirective, at: directive)
        }
    }

    /// Reads another file; origin, owner and file name are as before afterwards (RFC 1035 §5.1).
    private mutating func include(_ tokens: [ZoneToken]) throws(ZoneTextError) {
        guard depth < Self.includeDepthMax else { throw failure(.includeTooDeep, at: tokens[0]) }
        let name = (try? tokens[0].unescaped()) ?? tokens[0].octets
        let included = String(decoding: name, as: UTF8.self)
        guard let text = load(included) else { throw failure(.includeUnavailable, at: tokens[0]) }
        let saved = (file, origin, owner)
        if tokens.count == 2 { origin = try scanName(tokens[1]) }
        file = included
        depth += 1
        try read(text)
        depth -= 1
        (file, origin, owner) = saved
    }

    private mutating func generate(_ directive: ZoneToken, _ tokens: [ZoneToken]) throws(ZoneTextError) {
        guard tokens.count >= 4, let range = GenerateRange(tokens[0].text) else {
            throw failure(.badGenerate, at: tokens.first ?? directive)
        }
        guard range.count <= Self.generatedMax else { throw failure(.generateTooLarge, at: tokens[0]) }
        for value in range.values {
            var made: [ZoneToken] = []
            for token in tokens.dropFirst() {
                guard let octets = GenerateTemplate.expand(token.octets, with: value) else {
                    throw failure(.badGenerate, at: token)
                }
                made.append(
                    ZoneToken(
                        octets: octets, isQuoted: token.isQuoted, line: token.line, column: token.column))
            }
            try readRecord(ZoneEntry(tokens: made, hasBlankOwner: false, line: directive.line))
        }
    }
}
