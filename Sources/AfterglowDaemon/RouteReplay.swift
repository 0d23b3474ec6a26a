import Foundation
package import Primitives
package import Reachability
import RouteFeeds
package import Routing
import RoutingWire

/// Plays MRT files into a route table in their own time or faster, as if they came from live peers.
///
/// Tables are loaded at once; updates wait until the time between their records has passed, divided by the speed. The detector
/// judges as it does of live routes, on their word alone: nobody is asked.
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

    /// Takes what the replay brings, in the order of the records' time.
    package struct Sink {
        /// Closed buckets.
        package var rows: ([RouteBucket]) -> Void
        /// Losses and returns.
        package var moments: ([RouteMoment]) -> Void
        /// Outages that began, changed or ended at a time.
        package var outages: ([Outage], Timestamp) -> Void
        /// The servers and zones that were known at a time; an outage lists those that went with it.
        package var memory: (Timestamp) -> DetectorMemory

        package init(
            rows: @escaping ([RouteBucket]) -> Void, moments: @escaping ([RouteMoment]) -> Void,
            outages: @escaping ([Outage], Timestamp) -> Void,
            memory: @escaping (Timestamp) -> DetectorMemory = { _ in DetectorMemory() }
        ) {
            self.rows = rows
            self.moments = moments
            self.outages = outages
            self.memory = memory
        }
    }

    package let table: RouteTable
    private let speed: Double
    private let name: (ASNumber) -> String?
    private let sink: Sink
    private var detector: OutageDetector
    private let random = RandomSource(seed: 1)
    private var summary = Summary()
    /// When the last record was played: by its own time, and by the machine's.
    private var lastRecord: Timestamp?
    private var lastSecond: Int64 = 0

    /// - Parameters:
    ///   - speed: how many times faster than the records' own time; 0 for no waiting.
    ///   - name: the name of an AS for the rows.
    package init(
        table: RouteTable, speed: Double, name: @escaping (ASNumber) -> String?, into sink: Sink
    ) {
        self.table = table
        self.speed = speed
        self.name = name
        self.sink = sink
        detector = OutageDetector(probesPerHour: 0, witness: LiveRoutes(table))
        detector.judgesUnaskedNetworks = true
    }

    /// Plays files one after the other; throws where one cannot be read further.
    package mutating func play(
        _ files: [String], progress: FileProgress = { _, _ in }
    ) throws(DaemonProblem) -> Summary {
        var loader = MRTLoader(table)
        for file in files {
            var reader = MRTReader()
            do {
                let packed = try PackedFile(file)
                while let part = try packed.next() {
                    reader.append(part)
                    try play(&reader, &loader)
                    progress(file, packed.share)
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
                if summary.first == nil { begin(at: record.time) }
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

    private mutating func begin(at time: Timestamp) {
        summary.first = time
        detector.restore(sink.memory(time), now: instant(time), wall: time)
    }

    private mutating func pass(to time: Timestamp) {
        guard time.seconds > lastSecond else { return }
        lastSecond = time.seconds
        while table.advance(to: time) {}
        let output = table.takeOutput()
        if !output.moments.isEmpty { sink.moments(output.moments) }
        for moment in output.moments where moment.asn.value != 0 {
            detector.take(moment, name: name(moment.asn), at: instant(moment.at))
        }
        let changed = detector.tick(now: instant(time), wall: time, random: random).changed
        if !changed.isEmpty { sink.outages(changed, time) }
        guard !output.rows.isEmpty else { return }
        sink.rows(
            output.rows.map { row in
                var named = row
                named.asName = name(row.asn)
                return named
            })
    }

    private func instant(_ time: Timestamp) -> Instant {
        Instant(nanoseconds: time.milliseconds &* 1_000_000)
    }
}
