import Foundation
import Primitives
import RoutingWire
import Testing

@Suite("MRT files (RFC 6396, RFC 8050)")
struct MRTReaderTests {
    static let names = [
        "table_dump", "table_dump_v2", "table_dump_v2_addpath", "table_dump_v2_generic", "bgp4mp",
        "bgp4mp_as4",
        "bgp4mp_et", "bgp4mp_addpath",
    ]

    static func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        return Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// The file's routes in the words of `make_mrt.py`.
    static func routes(_ octets: [UInt8], chunk: Int) throws -> [String] {
        let (lines, reader) = try read(octets, chunk: chunk)
        #expect(reader.pendingOctets == 0)
        #expect(reader.offset == octets.count)
        return lines
    }

    /// As far as the file is written.
    static func read(_ octets: [UInt8], chunk: Int) throws -> (lines: [String], reader: MRTReader) {
        var reader = MRTReader()
        var lines: [String] = []
        var peers: [MRTPeer] = []
        for start in stride(from: 0, to: octets.count, by: chunk) {
            reader.append(octets[start..<min(start + chunk, octets.count)])
            while let record = try reader.next() {
                if case .peerIndex(let index) = record.content { peers = index.peers }
                lines += Self.lines(record, peers)
            }
        }
        return (lines.sorted(), reader)
    }

    private static func lines(_ record: MRTRecord, _ peers: [MRTPeer]) -> [String] {
        switch record.content {
        case .table(let table):
            table.entries.map { entry in
                line("B", peers[Int(entry.peer)], table.prefix, entry.pathIdentifier, entry.origins)
            }
        case .tableDump(let dump): [line("B", dump.peer, dump.prefix, 0, dump.origins)]
        case .message(let message):
            if case .update(let update) = message.message {
                update.withdrawn.map { line("W", message.peer, $0.prefix, $0.pathIdentifier, .none) }
                    + update.announced.map {
                        line("A", message.peer, $0.prefix, $0.pathIdentifier, update.origins)
                    }
            } else {
                []
            }
        case .peerIndex, .stateChange, .other: []
        }
    }

    private static func line(
        _ kind: String, _ peer: MRTPeer, _ prefix: Prefix, _ identifier: UInt32, _ origins: RouteOrigins
    ) -> String {
        let numbers = kind == "W" ? [] : origins.numbers(speaker: ASNumber(0)).map { String($0.value) }
        let origins = numbers.joined(separator: ",")
        return "\(kind)|\(peer.address)|\(peer.asNumber.value)|\(prefix)|\(identifier)|\(origins)"
    }

    @Test("Every form gives the routes that bgpdump and mrtparse read", arguments: names)
    func oracles(name: String) throws {
        let octets = try Self.fixture("\(name).mrt")
        let text = String(decoding: try Self.fixture("\(name).routes"), as: UTF8.self)
        let expected = text.split(separator: "\n").map(String.init).sorted()
        for chunk in [1, 13, 4096] {
            #expect(try Self.routes(octets, chunk: chunk) == expected)
        }
    }

    @Test("State changes, and the milliseconds of extended timestamps, are told")
    func states() throws {
        var reader = MRTReader()
        reader.append(try Self.fixture("bgp4mp.mrt"))
        guard case .stateChange(let change) = try reader.next()?.content else {
            Issue.record("no state change")
            return
        }
        #expect(change.new == MRTStateChange.established && change.peer.asNumber == ASNumber(64500))
        var extended = MRTReader()
        extended.append(try Self.fixture("bgp4mp_et.mrt"))
        #expect(try extended.next()?.time == Timestamp(milliseconds: 1_700_000_000_250))
        #expect(try extended.next()?.time == Timestamp(milliseconds: 1_700_000_000_750))
    }

    @Test("A broken record is told with its place, and the next one is read")
    func goesOn() throws {
        let octets = try Self.fixture("table_dump_v2.mrt")
        var broken = octets
        let second = 12 + Int(octets[11])
        broken[second + 16] = 33
        var reader = MRTReader()
        reader.append(broken)
        _ = try reader.next()
        let error = #expect(throws: RoutingWireError.self) { try reader.next() }
        #expect(error == RoutingWireError(.badPrefix, at: second + 16))
        guard case .table(let table) = try reader.next()?.content else {
            Issue.record("no table")
            return
        }
        #expect(table.prefix == Prefix("192.0.2.0/24"))
    }

    @Test("A table before its peers, a peer outside the index, and an absurd length are errors")
    func tableErrors() throws {
        let octets = try Self.fixture("table_dump_v2.mrt")
        let second = 12 + Int(octets[11])
        var reader = MRTReader()
        reader.append(octets[second...])
        #expect(throws: RoutingWireError(.missingPeerIndex, at: 12)) { try reader.next() }
        var stranger = octets
        stranger[second + 20] = 3
        reader = MRTReader()
        reader.append(stranger)
        _ = try reader.next()
        #expect(throws: RoutingWireError(.unknownPeer, at: second + 19)) { try reader.next() }
        reader = MRTReader()
        reader.append([0, 0, 0, 0, 0, 13, 0, 2, 0xFF, 0, 0, 0])
        #expect(throws: RoutingWireError(.recordTooLarge, at: 8)) { try reader.next() }
    }

    @Test("100,000 mutated files give records or errors, and end")
    func mutations() throws {
        let seeds = try Self.names.map { try Self.fixture("\($0).mrt") }
        MutationTests.mutations(of: seeds, count: 100_000, seed: 6396) { octets in
            var reader = MRTReader()
            reader.append(octets)
            for _ in 0..<20 {
                do throws(RoutingWireError) {
                    guard try reader.next() != nil else { break }
                } catch {
                    guard error.reason != .recordTooLarge else { break }
                }
            }
        }
    }
}
