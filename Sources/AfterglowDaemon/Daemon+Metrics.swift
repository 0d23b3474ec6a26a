import Caching
import Foundation
import Serving
import Telemetry

/// What the resolver counts, put together from all rooms at the moment of asking.
struct DaemonMetrics: Sendable {
    let workers: [Worker]
    let cache: RecordCache
    let recorder: Recorder
    let started: Date

    func families() async -> [MetricFamily] {
        var sum = ServingCounters()
        for worker in workers { sum.add(await worker.counters()) }
        return sum.families + recorder.metrics + [
            MetricFamily(
                "afterglow_cache_bytes", .gauge, unit: "bytes",
                help: "Octets that the record cache is reckoned to occupy.",
                [MetricSample(.count(UInt64(clamping: cache.octetCount)))]),
            MetricFamily(
                "afterglow_clients_waiting", .gauge, help: "Queries that wait for a resolution.",
                [MetricSample(.count(UInt64(clamping: workers.reduce(0) { $0 + $1.running })))]),
            MetricFamily(
                "afterglow_workers", .gauge, help: "Threads that answer queries.",
                [MetricSample(.count(UInt64(workers.count)))]),
            MetricFamily(
                "process_start_time_seconds", .gauge, unit: "seconds",
                help: "Start of the process in seconds since 1970.",
                [MetricSample(.real(started.timeIntervalSince1970.rounded()))]),
        ]
    }
}
