package import DNSWire

/// One zone transfer over messages: AXFR (RFC 5936) and IXFR (RFC 1995), incremental, condensed or full.
///
/// The messages' octets, their signatures and the connection are the caller's. An error ends the transfer.
package struct ZoneTransfer {
    /// What a message brought.
    package enum Progress: Sendable {
        /// More messages follow.
        case more
        /// The primary has the version that we have.
        case unchanged
        /// The whole new version, checked as a zone.
        case replaced(Zone)
    }

    /// What is asked of the primary.
    package enum Method: Hashable, Sendable {
        /// The whole zone.
        case full
        /// What has changed since our version; the primary may still send the whole.
        case incremental
    }

    /// Records that one transfer may bring: above the largest zones that are copied, below what fills memory.
    package static let recordsMax = 50_000_000

    /// Each phase after the first has the opening SOA record.
    private enum Phase {
        case beginning
        /// The opening SOA record alone has come: the second record tells a full from an incremental answer.
        case opened(Record)
        case full(Record)
        case deleting(Record)
        case adding(Record)
        case ended
    }

    /// How the primary has answered, whatever was asked.
    package private(set) var answeredAs = Method.full

    private let origin: Name
    private let held: Zone?
    private let id: UInt16
    private let method: Method
    private var phase = Phase.beginning
    // Beside the phase, so that they grow in place.
    private var contents: ZoneContents
    /// The serial of the version that the differences have come to.
    private var reached = SerialNumber(0)
    private var count = 0

    /// - Parameters:
    ///   - held: the version that we have, if any; without one the transfer is full.
    ///   - id: an unpredictable message ID.
    package init(origin: Name, held: Zone?, method: Method, id: UInt16) {
        self.origin = origin
        self.held = held
        self.id = id
        self.method = held == nil ? .full : method
        contents = ZoneContents(origin: origin)
    }

    /// The question to send; an IXFR carries the SOA record of our version (RFC 1995 §3).
    package var query: Message {
        var message = Message(header: Header(id: id), questions: [question])
        if method == .incremental, let held { message.authorities = [held.startOfAuthority] }
        return message
    }

    private var question: Question { Question(origin, method == .incremental ? .ixfr : .axfr) }

    /// Takes the next message of the answer.
    package mutating func receive(_ message: Message) throws(TransferError) -> Progress {
        guard message.header.isResponse, message.header.id == id, message.header.opcode == .query,
            message.questions.isEmpty || message.questions == [question]
        else { throw .foreignMessage }
        guard message.responseCode == .noError else { throw .refused(message.responseCode) }
        guard !message.header.isTruncated else { throw .truncatedMessage }
        var progress = Progress.more
        for record in message.answers {
            guard case .more = progress else { throw .recordsAfterEnd }
            progress = try take(record)
            if case .unchanged = progress { return progress }
        }
        return progress
    }

    private mutating func take(_ record: Record) throws(TransferError) -> Progress {
        count += 1
        guard count <= Self.recordsMax else { throw .tooLarge }
        switch phase {
        case .beginning: return try open(record)
        case .opened(let opening): return try second(record, opening)
        case .full(let opening): return try append(record, opening)
        case .deleting(let opening): return try delete(record, opening)
        case .adding(let opening): return try add(record, opening)
        case .ended: throw .recordsAfterEnd
        }
    }

    private mutating func open(_ record: Record) throws(TransferError) -> Progress {
        let theirs = try serial(of: record)
        guard isApex(record) else { throw .noStartOfAuthority }
        if let ours = held?.serial {
            if theirs == ours { return .unchanged }
            guard theirs.isNewer(than: ours) else { throw .olderSerial(theirs: theirs, ours: ours) }
        }
        phase = .opened(record)
        return .more
    }

    /// The second record: the SOA record of our version begins differences, anything else is the zone itself.
    private mutating func second(_ record: Record, _ opening: Record) throws(TransferError) -> Progress {
        if method == .incremental, let held, isApex(record), try serial(of: record) == held.serial {
            contents = ZoneContents(held)
            answeredAs = .incremental
            phase = .deleting(opening)
            return .more
        }
        try insert(opening)
        phase = .full(opening)
        return try append(record, opening)
    }

    private mutating func append(_ record: Record, _ opening: Record) throws(TransferError) -> Progress {
        guard isApex(record) else {
            try insert(record)
            return .more
        }
        let (from, to) = (try serial(of: opening), try serial(of: record))
        guard from == to else { throw .changedMeanwhile(from: from, to: to) }
        return .replaced(try finish())
    }

    private mutating func delete(_ record: Record, _ opening: Record) throws(TransferError) -> Progress {
        if isApex(record) {
            reached = try serial(of: record)
            do { try contents.replace(with: record) } catch { throw .notAZone(error) }
            phase = .adding(opening)
        } else if !contents.remove(record) {
            throw .deletesAbsentRecord(record.name, record.type)
        }
        return .more
    }

    private mutating func add(_ record: Record, _ opening: Record) throws(TransferError) -> Progress {
        guard isApex(record) else {
            try insert(record)
            return .more
        }
        let found = try serial(of: record)
        guard found == reached else { throw .brokenSequence(expected: reached, found: found) }
        // The closing SOA record and the start of another difference look alike: the final serial decides.
        guard found == (try serial(of: opening)) else {
            phase = .deleting(opening)
            return .more
        }
        return .replaced(try finish())
    }

    private mutating func insert(_ record: Record) throws(TransferError) {
        do { try contents.insert(record) } catch { throw .notAZone(error) }
    }

    private mutating func finish() throws(TransferError) -> Zone {
        phase = .ended
        let whole = contents
        contents = ZoneContents(origin: origin)
        let zone: Zone
        do { zone = try whole.zone() } catch { throw .notAZone(error) }
        guard zone.hasNameServers else { throw .noNameServers }
        return zone
    }

    private func isApex(_ record: Record) -> Bool { record.type == .soa && record.name == origin }

    private func serial(of record: Record) throws(TransferError) -> SerialNumber {
        guard let fields = record.startOfAuthority else { throw .noStartOfAuthority }
        return SerialNumber(fields.serial)
    }
}

extension Zone {
    /// Whether NS records stand at the apex, as they must (RFC 1035 §5.2).
    package var hasNameServers: Bool { nodes[origin]?[.ns]?.isEmpty == false }
}
