import DNSWire

/// A version of a zone on its way to the next: records that differences take away and add (RFC 1995 §4).
struct ZoneDifference {
    /// What makes two records the same one: their TTLs do not (RFC 2136 §1.1.1).
    private struct Key: Hashable {
        let name: Name
        let type: RecordType
        let data: RecordData

        init(_ record: Record) {
            name = record.name
            type = record.type
            data = record.data.canonical(type: record.type)
        }
    }

    private var contents: [Key: Record]
    /// The SOA record of the version that the contents become.
    private var startOfAuthority: [Record] = []
    /// The serial of that version.
    private(set) var serial = SerialNumber(0)

    /// A difference from nothing.
    init() { contents = [:] }

    init(_ zone: Zone) {
        contents = Dictionary(
            zone.records.filter { $0.type != .soa }.map { (Key($0), $0) },
            uniquingKeysWith: { first, _ in first })
        startOfAuthority = [zone.startOfAuthority]
        serial = zone.serial
    }

    /// The whole zone as it stands now.
    var records: [Record] { startOfAuthority + contents.values }

    mutating func delete(_ record: Record) throws(TransferError) {
        guard contents.removeValue(forKey: Key(record)) != nil else {
            throw .deletesAbsentRecord(record.name, record.type)
        }
    }

    mutating func add(_ record: Record) { contents[Key(record)] = record }

    /// Begins the part of a difference that adds; `record` is the SOA record of its version.
    mutating func advance(to record: Record, serial: SerialNumber) {
        startOfAuthority = [record]
        self.serial = serial
    }
}
