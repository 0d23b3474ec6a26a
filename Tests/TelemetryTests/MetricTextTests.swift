import Telemetry
import Testing

/// What scrapers read, octet for octet.
struct MetricTextTests {
    private let families = [
        MetricFamily(
            "afterglow_queries", .counter, help: "Queries of \"clients\".",
            [
                MetricSample(.count(3), [.init("transport", "udp")]),
                MetricSample(.count(0), [.init("transport", "tcp")]),
            ]),
        MetricFamily(
            "afterglow_cache_bytes", .gauge, unit: "bytes", help: "Octets.\nIn use.",
            [MetricSample(.real(1.5))]),
    ]

    @Test func `Prometheus names counters in full`() {
        #expect(
            MetricText.compose(families, as: .prometheus) == """
                # HELP afterglow_queries_total Queries of "clients".
                # TYPE afterglow_queries_total counter
                afterglow_queries_total{transport="udp"} 3
                afterglow_queries_total{transport="tcp"} 0
                # HELP afterglow_cache_bytes Octets.\\nIn use.
                # TYPE afterglow_cache_bytes gauge
                afterglow_cache_bytes 1.5

                """)
    }

    @Test func `OpenMetrics names the family without total, says the unit, and ends with EOF`() {
        #expect(
            MetricText.compose(families, as: .openMetrics) == """
                # HELP afterglow_queries Queries of \\"clients\\".
                # TYPE afterglow_queries counter
                afterglow_queries_total{transport="udp"} 3
                afterglow_queries_total{transport="tcp"} 0
                # HELP afterglow_cache_bytes Octets.\\nIn use.
                # TYPE afterglow_cache_bytes gauge
                # UNIT afterglow_cache_bytes bytes
                afterglow_cache_bytes 1.5
                # EOF

                """)
    }

    @Test func `label values are escaped`() {
        let family = MetricFamily(
            "a", .gauge, help: "h", [MetricSample(.count(1), [.init("zone", "a\"b\\c\nd")])])
        #expect(MetricText.compose([family], as: .prometheus).hasSuffix("a{zone=\"a\\\"b\\\\c\\nd\"} 1\n"))
    }

    @Test func `a histogram counts upwards to everything`() {
        var histogram = LatencyHistogram()
        for milliseconds in [0, 1, 3, 1800, 60_000] { histogram.add(.milliseconds(milliseconds)) }
        let cumulative = histogram.cumulative
        #expect(cumulative.first?.count == 2)
        #expect(cumulative.first { $0.bound == 0.005 }?.count == 3)
        #expect(cumulative.first { $0.bound == 2 }?.count == 4)
        #expect(cumulative.last?.bound == nil && cumulative.last?.count == 5)
        #expect(histogram.sum == 61.804)
        let text = MetricText.compose(
            [
                MetricFamily(
                    "t_seconds", .histogram, unit: "seconds", help: "h", [MetricSample(.histogram(histogram))]
                )
            ],
            as: .openMetrics)
        #expect(text.contains("t_seconds_bucket{le=\"0.001\"} 2\n"))
        #expect(text.contains("t_seconds_bucket{le=\"+Inf\"} 5\nt_seconds_sum 61.804\nt_seconds_count 5\n"))
    }
}

/// What a worker counts.
struct ServingCountersTests {
    @Test func `an answer from the answer cache is a query over UDP too`() {
        var counters = ServingCounters()
        counters.addCached(responseCode: 3)
        counters.addQuery(over: .udp)
        counters.addAnswer(from: .nameServers, responseCode: 0)
        counters.addQuery(over: .tcp)
        counters.addAnswer(from: .refused, responseCode: 5)
        #expect(counters.queries(over: .udp) == 2)
        #expect(counters.queries(over: .tcp) == 1)
        #expect(counters.answers(from: .answerCache, responseCode: 3) == 1)
        #expect(counters.answers(from: .refused) == 1)
    }

    @Test func `response codes that only EDNS carries count as one`() {
        var counters = ServingCounters()
        for code in [16, 23, 65_535] as [UInt16] { counters.addAnswer(from: .ownAnswer, responseCode: code) }
        #expect(counters.answers(from: .ownAnswer, responseCode: 16) == 3)
        #expect(counters.answers(from: .failure) == 0)
    }

    @Test func `workers are added up`() {
        var (one, other) = (ServingCounters(), ServingCounters())
        one.addExchange(.answered, over: .udp, roundTrip: .milliseconds(20))
        other.addExchange(.answered, over: .udp, roundTrip: .milliseconds(30))
        other.addExchange(.silent, over: .tcp, roundTrip: nil)
        one.add(other)
        #expect(one.exchanges(.answered, over: .udp) == 2)
        #expect(one.exchanges(.silent, over: .tcp) == 1)
        #expect(one.exchangeTime.count == 2 && one.exchangeTime.sum == 0.05)
    }
}
