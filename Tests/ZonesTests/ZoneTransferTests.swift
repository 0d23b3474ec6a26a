import DNSWire
import Primitives
import Testing
import Zones

/// A primary's answers, written by hand.
private struct Primary {
    let origin: Name

    init() throws { origin = try name("example.test.") }

    func authority(_ serial: UInt32) throws -> Record {
        .startOfAuthority(
            origin, primary: try name("ns.example.test."), mailbox: try name("hostmaster.example.test."),
            serial: serial, minimum: 300, ttl: 3600)
    }

    func host(_ label: String, _ last: String) throws -> Record {
        .address(try name("\(label).example.test."), try address("192.0.2.\(last)"), ttl: 60)
    }

    func server() throws -> Record { .pointer(origin, .ns, to: try name("ns.elsewhere.test."), ttl: 60) }

    func zone(_ serial: UInt32, _ hosts: [Record]) throws -> Zone {
        try Zone(origin: origin, records: [authority(serial), server()] + hosts)
    }

    func message(_ records: [Record], id: UInt16 = 7, _ change: (inout Message) -> Void = { _ in }) -> Message
    {
        var header = Header(id: id)
        header.isResponse = true
        var message = Message(header: header, answers: records)
        change(&message)
        return message
    }

    /// Runs a transfer over messages of the given records; the new zone, or nil for none.
    func transfer(_ held: Zone?, _ method: ZoneTransfer.Method, _ messages: [[Record]]) throws -> Zone? {
        var transfer = ZoneTransfer(origin: origin, held: held, method: method, id: 7)
        for (index, records) in messages.enumerated() {
            switch try transfer.receive(message(records)) {
            case .more: continue
            case .unchanged: return held
            case .replaced(let zone):
                #expect(index == messages.count - 1)
                return zone
            }
        }
        return nil
    }
}

@Suite("Full zone transfer (RFC 5936)")
struct FullTransferTests {
    @Test("Records between two equal SOA records are the zone, one record a message or all in one")
    func whole() throws {
        let primary = try Primary()
        let records = try [
            primary.authority(5), primary.server(), primary.host("www", "1"), primary.authority(5),
        ]
        for messages in [[records], records.map { [$0] }] {
            let zone = try #require(try primary.transfer(nil, .full, messages))
            #expect(zone.serial == SerialNumber(5))
            #expect(zone.records.count == 3)
            let found = zone.lookup(try name("www.example.test."), .a)
            #expect(found == .answer([try primary.host("www", "1")]))
        }
    }

    @Test("Without a closing SOA record there is no zone")
    func truncated() throws {
        let primary = try Primary()
        let records = try [primary.authority(5), primary.server(), primary.host("www", "1")]
        #expect(try primary.transfer(nil, .full, [records]) == nil)
    }

    @Test("Another serial at the end than at the beginning is refused")
    func changed() throws {
        let primary = try Primary()
        let error = TransferError.changedMeanwhile(from: SerialNumber(5), to: SerialNumber(6))
        #expect(throws: error) {
            try primary.transfer(
                nil, .full, [[primary.authority(5), primary.server(), primary.authority(6)]])
        }
    }

    @Test("A name out of the zone refuses the whole zone")
    func outOfZone() throws {
        let primary = try Primary()
        let foreign = Record.address(try name("www.other.test."), try address("192.0.2.9"), ttl: 60)
        #expect(throws: TransferError.notAZone(.outOfZone(try name("www.other.test.")))) {
            try primary.transfer(
                nil, .full, [[primary.authority(5), primary.server(), foreign, primary.authority(5)]])
        }
    }

    @Test("An answer that begins with another record than the SOA record is refused")
    func missingAuthority() throws {
        let primary = try Primary()
        #expect(throws: TransferError.noStartOfAuthority) {
            try primary.transfer(nil, .full, [[primary.server()]])
        }
    }

    @Test("A zone without NS records is refused")
    func missingServers() throws {
        let primary = try Primary()
        #expect(throws: TransferError.noNameServers) {
            try primary.transfer(nil, .full, [[primary.authority(5), primary.authority(5)]])
        }
    }

    @Test("Records after the closing SOA record are refused")
    func trailing() throws {
        let primary = try Primary()
        #expect(throws: TransferError.recordsAfterEnd) {
            try primary.transfer(
                nil, .full,
                [[primary.authority(5), primary.server(), primary.authority(5), primary.host("www", "1")]])
        }
    }

    @Test("A response code, TC, another ID, another question and a query each end the transfer")
    func refusals() throws {
        let primary = try Primary()
        func receive(_ message: Message) throws {
            var transfer = ZoneTransfer(origin: primary.origin, held: nil, method: .full, id: 7)
            _ = try transfer.receive(message)
        }
        #expect(throws: TransferError.refused(.refused)) {
            try receive(primary.message([]) { $0.responseCode = .refused })
        }
        #expect(throws: TransferError.truncatedMessage) {
            try receive(primary.message([]) { $0.header.isTruncated = true })
        }
        #expect(throws: TransferError.foreignMessage) { try receive(primary.message([], id: 8)) }
        #expect(throws: TransferError.foreignMessage) {
            try receive(primary.message([]) { $0.questions = [Question(.root, .axfr)] })
        }
        #expect(throws: TransferError.foreignMessage) {
            try receive(primary.message([]) { $0.header.isResponse = false })
        }
    }
}

@Suite("Incremental zone transfer (RFC 1995)")
struct IncrementalTransferTests {
    @Test("The query carries the SOA record of the version that we have (RFC 1995 §3)")
    func query() throws {
        let primary = try Primary()
        let held = try primary.zone(1, [])
        let query = ZoneTransfer(origin: primary.origin, held: held, method: .incremental, id: 7).query
        #expect(query.questions == [Question(primary.origin, .ixfr)])
        #expect(query.authorities == [try primary.authority(1)])
        let first = ZoneTransfer(origin: primary.origin, held: nil, method: .incremental, id: 7).query
        #expect(first.questions == [Question(primary.origin, .axfr)])
    }

    @Test("The SOA record of our own serial alone says that nothing has changed")
    func unchanged() throws {
        let primary = try Primary()
        let held = try primary.zone(1, [])
        var transfer = ZoneTransfer(origin: primary.origin, held: held, method: .incremental, id: 7)
        guard case .unchanged = try transfer.receive(primary.message([primary.authority(1)])) else {
            Issue.record("not unchanged")
            return
        }
    }

    @Test("Several differences are applied in order (RFC 1995 §7)", arguments: [true, false])
    func differences(inOneMessage: Bool) throws {
        let primary = try Primary()
        let held = try primary.zone(1, [primary.host("nezu", "1")])
        let records = try [
            primary.authority(3),
            primary.authority(1), primary.host("nezu", "1"),
            primary.authority(2), primary.host("jain", "4"), primary.host("jain", "2"),
            primary.authority(2), primary.host("jain", "4"),
            primary.authority(3), primary.host("jain", "3"),
            primary.authority(3),
        ]
        let messages = inOneMessage ? [records] : records.map { [$0] }
        let zone = try #require(try primary.transfer(held, .incremental, messages))
        let expected = try primary.zone(3, [primary.host("jain", "2"), primary.host("jain", "3")])
        #expect(zone.serial == SerialNumber(3))
        #expect(Set(zone.records) == Set(expected.records))
    }

    @Test("A condensed difference goes to the newest version at once (RFC 1995 §6)")
    func condensed() throws {
        let primary = try Primary()
        let held = try primary.zone(1, [primary.host("nezu", "1")])
        let zone = try primary.transfer(
            held, .incremental,
            [
                [
                    primary.authority(3), primary.authority(1), primary.host("nezu", "1"),
                    primary.authority(3), primary.host("jain", "3"), primary.authority(3),
                ]
            ])
        #expect(zone?.serial == SerialNumber(3))
        #expect(zone?.lookup(try name("nezu.example.test."), .a) != .answer([try primary.host("nezu", "1")]))
    }

    @Test("A full zone as the answer replaces ours (RFC 1995 §4)")
    func full() throws {
        let primary = try Primary()
        let held = try primary.zone(1, [primary.host("nezu", "1")])
        let zone = try primary.transfer(
            held, .incremental,
            [[primary.authority(3), primary.server(), primary.host("jain", "3"), primary.authority(3)]])
        #expect(zone?.serial == SerialNumber(3))
        #expect(zone?.records.count == 3)
    }

    @Test("A difference that takes away what we do not have is refused")
    func absent() throws {
        let primary = try Primary()
        let held = try primary.zone(1, [])
        let error = TransferError.deletesAbsentRecord(try name("nezu.example.test."), .a)
        #expect(throws: error) {
            try primary.transfer(
                held, .incremental,
                [[primary.authority(3), primary.authority(1), primary.host("nezu", "1")]])
        }
    }

    @Test("A difference that starts from another version than the last is refused")
    func gap() throws {
        let primary = try Primary()
        let held = try primary.zone(1, [])
        let error = TransferError.brokenSequence(expected: SerialNumber(2), found: SerialNumber(4))
        #expect(throws: error) {
            try primary.transfer(
                held, .incremental,
                [[primary.authority(5), primary.authority(1), primary.authority(2), primary.authority(4)]])
        }
    }

    @Test("A version older than ours is refused, by serial arithmetic (RFC 1982)")
    func older() throws {
        let primary = try Primary()
        let error = TransferError.olderSerial(theirs: SerialNumber(1), ours: SerialNumber(2))
        #expect(throws: error) {
            try primary.transfer(primary.zone(2, []), .incremental, [[primary.authority(1)]])
        }
        let zone = try primary.transfer(
            primary.zone(.max, []), .full, [[primary.authority(0), primary.server(), primary.authority(0)]])
        #expect(zone?.serial == SerialNumber(0))
    }

    @Test("Octets changed at random never stop the machine: a zone, an error or waiting")
    func mutations() throws {
        let primary = try Primary()
        let held = try primary.zone(1, [primary.host("nezu", "1")])
        let answer = try primary.message([
            primary.authority(2), primary.authority(1), primary.host("nezu", "1"), primary.authority(2),
            primary.host("jain", "4"), primary.authority(2),
        ]).compose()
        let random = RandomSource(seed: 1995)
        for _ in 0..<20_000 {
            var octets = answer
            for _ in 0...random.below(4) { octets[random.below(octets.count)] = UInt8(random.below(256)) }
            guard let message = try? Message(parsing: octets) else { continue }
            var transfer = ZoneTransfer(origin: primary.origin, held: held, method: .incremental, id: 7)
            do { _ = try transfer.receive(message) } catch { #expect(!error.description.isEmpty) }
        }
    }
}

@Suite("Serial numbers (RFC 1982)")
struct SerialNumberTests {
    @Test(
        "Order on the circle of 32 bits",
        arguments: [
            (1, 0, true), (0, 1, false), (5, 5, false), (0, UInt32.max, true), (0x7FFF_FFFF, 0, true),
            (0x8000_0000, 0, false), (0, 0x8000_0000, false), (0x8000_0001, 0, false), (0, 0x8000_0001, true),
        ] as [(UInt32, UInt32, Bool)])
    func order(left: UInt32, right: UInt32, newer: Bool) {
        #expect(SerialNumber(left).isNewer(than: SerialNumber(right)) == newer)
    }
}
