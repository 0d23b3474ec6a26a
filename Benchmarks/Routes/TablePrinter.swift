import Foundation
import Primitives
import RouteFeeds
import RoutingWire

/// The routes of an MRT table, one a line, in the words of `Tests/Interoperation/make_mrt.py routes`.
enum TablePrinter {
    static func run(_ path: String) throws {
        var reader = MRTReader()
        var peers: [MRTPeer] = []
        let file = try PackedFile(path)
        while let part = try file.next() {
            reader.append(part)
            while let record = try reader.next() {
                switch record.content {
                case .peerIndex(let index): peers = index.peers
                case .table(let table):
                    let lines = table.entries.map { line(peers[Int($0.peer)], table.prefix, $0) }
                    FileHandle.standardOutput.write(Data(lines.joined().utf8))
                default: continue
                }
            }
        }
    }

    private static func line(_ peer: MRTPeer, _ prefix: Prefix, _ entry: MRTTable.Entry) -> String {
        let origins = entry.origins.numbers(speaker: ASNumber(0)).map { String($0.value) }
        return "B|\(peer.address)|\(peer.asNumber.value)|\(prefix)|\(entry.pathIdentifier)|"
            + origins.joined(separator: ",") + "\n"
    }
}
