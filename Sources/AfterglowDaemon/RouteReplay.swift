import Foundation
package import Primitives
import RouteFeeds
package import Routing
import RoutingWire

/// Plays MRT files into a route table in their own time or faster, as if they came from live peers.
///
/// Tables are loaded at once; updates wait until the time between their records has passed, divided by the speed.
package struct RouteReplay {
    /// What came of it.
    package struct Summary: Sendable, Hashable {
        package var records = 0
        package var routes = 0
        /// Records that could not be read and were passed over.
        package var broken = 0
        package var first: Timestamp?
        package var last: Timestamp?
    }

    package let table: RouteTable
    private let speed: Double
    private let name: (ASNumber) -> String?
    private let rows: ([RouteBucket]) -> Void
    private let moments: ([RouteMoment]) -> Void
    private var summary = Summary()
    /// When the last record was played: by its own time, and by the machine's.
    private var lastRecord: Timestamp?
    private var lastSecond: Int64 = 0

    /// - Parameters:
    ///   - speed: how many times faster than the records' own time; 0 for no waiting.
    ///   - name: the name of an AS for the rows.
    ///   - rows: takes closed buckets.
    ///   - moments: takes losses and returns.
    package init(
        table: RouteTable, speed: Double, name: @escaping (ASNumber) -> String?,
        rows: @escaping ([RouteBucket]) -> Void, moments: @escaping ([RouteMoment]) -> Void
    ) {
        self.table = table
        self.speed = speed
        self.name = name
        self.rows = rows
        self.moments = moments
    }

    /// Plays files one after the other; throws where one cannot be read further.
    package mutating func play(_ files: [String]) throws(DaemonProblem) -> Summary {
        var loader = MRTLoader(table)
        for file in files {
            var reader = MRTReader()
            do {
                let packed = try PackedFile(file)
                while let part = try packed.next() {
                    reader.append(part)
                    try play(&reader, &loader)
                }
                guard reader.pendingOctets == 0 else {
                    throw RoutingWireError(.truncated, at: reader.offset)
                }
            } catch let problem as PackedFile.Problem {
                throw .badFile(path: file, reason: problem.reason)
            } catch let error as RoutingWireError {
                throw .badFile(path: "\(file): octet \(error.offset)", reason: "\(error.reason)")
            } catch {
                throw .badFile(path: file, reason: "\(error)")
            }
        }
        do { try loader.finish() } catch {
            throw .badFile(path: files.last ?? "", reason: "\(error.reason)")
        }
        // The last bucket is closed by the first second after it.
        if let last = summary.last { pass(to: Timestamp(seconds: last.seconds + table.bucketSeconds)) }
        summary.routes = loader.routes
        return summary
    }

    private mutating func play(_ reader: inout MRTReader, _ loader: inout MRTLoader) throws(RoutingWireError)
    {
        while true {
            do throws(RoutingWireError) {
                guard let record = try reader.next() else { return }
                switch record.content {
                case .message, .stateChange: wait(for: record.time)
                case .peerIndex, .table, .tableDump, .other: break
                }
                loader.take(record)
                summary.records += 1
                if summary.first == nil { summary.first = record.time }
                summary.last = max(summary.last ?? record.time, record.time)
            } catch {
                summary.broken += 1
                guard error.reason != .recordTooLarge, error.reason != .missingPeerIndex else { throw error }
            }
        }
    }

    /// Waits for a record's turn, with the seconds between closed on the way.
    private mutating func wait(for time: Timestamp) {
        defer { lastRecord = max(lastRecord ?? time, time) }
        guard let before = lastRecord, time > before else { return }
        if speed > 0 {
            let milliseconds = Double(time.milliseconds - before.milliseconds) / speed
            Thread.sleep(forTimeInterval: milliseconds / 1000)
        }
        pass(to: time)
    }

    private mutating func pass(to time: Timestamp) {
        guard time.seconds > lastSecond else { return }
        lastSecond = time.seconds
        while table.advance(to: time) {}
        let output = table.takeOutput()
        if !output.moments.isEmpty { moments(output.moments) }
        guard !output.rows.isEmpty else { return }
        rows(
            output.rows.map { row in
                var named = row
                named.asName = name(row.asn)
                return named
            })
    }
}
