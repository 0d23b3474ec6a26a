import Telemetry
import Testing

struct MetricReadingTests {
    private let early = MetricReading(
        """
        # HELP afterglow_queries_total Queries of clients, by transport.
        # TYPE afterglow_queries_total counter
        afterglow_queries_total{transport="udp"} 100
        afterglow_queries_total{transport="tcp"} 10
        afterglow_answers_total{source="answer_cache",rcode="NOERROR"} 50
        afterglow_answers_total{source="stale",rcode="NOERROR"} 0
        afterglow_cache_hits_total{cache="answer"} 50
        afterglow_cache_hits_total{cache="record"} 10
        afterglow_exchanges_total{transport="udp",outcome="answered"} 40
        afterglow_exchanges_total{transport="udp",outcome="silent"} 0
        afterglow_resolution_duration_seconds_bucket{le="0.001"} 10
        afterglow_resolution_duration_seconds_bucket{le="0.01"} 20
        afterglow_resolution_duration_seconds_bucket{le="+Inf"} 20
        """)
    private let late = MetricReading(
        """
        afterglow_queries_total{transport="udp"} 300
        afterglow_queries_total{transport="tcp"} 10
        afterglow_answers_total{source="answer_cache",rcode="NOERROR"} 200
        afterglow_answers_total{source="stale",rcode="NOERROR"} 50
        afterglow_cache_hits_total{cache="answer"} 200
        afterglow_cache_hits_total{cache="record"} 10
        afterglow_exchanges_total{transport="udp",outcome="answered"} 70
        afterglow_exchanges_total{transport="udp",outcome="silent"} 10
        afterglow_resolution_duration_seconds_bucket{le="0.001"} 10
        afterglow_resolution_duration_seconds_bucket{le="0.01"} 30
        afterglow_resolution_duration_seconds_bucket{le="+Inf"} 40
        # EOF
        """)

    @Test("Rates and ratios between two readings")
    func rates() {
        let rates = ServingRates(from: early, to: late, seconds: 2)
        #expect(rates.queries == 100)
        #expect(rates.hitRatio == 0.75)
        #expect(rates.answers == ["answer_cache": 75, "stale": 25])
        #expect(rates.exchanges == 20)
        #expect(rates.answeredRatio == 0.75)
        #expect(rates.exchangeMedian == nil)
    }

    @Test("Quantiles lie within their bucket; past the last bound they are that bound")
    func quantiles() throws {
        let rates = ServingRates(from: early, to: late, seconds: 1)
        #expect(abs(try #require(rates.resolutionMedian) - 0.01) < 1e-9)
        #expect(try #require(rates.resolutionTail) == 0.01)
        let since = ServingRates(from: MetricReading(""), to: early, seconds: 1)
        #expect(try #require(since.resolutionMedian) == 0.001)
    }

    @Test("After a restart it is counted from zero, and nothing is negative")
    func restart() {
        let rates = ServingRates(from: late, to: early, seconds: 1)
        #expect(rates.queries == 110)
        #expect(rates.answers["stale"] == nil)
        #expect((rates.resolutionMedian ?? -1) > 0)
    }

    @Test("Escapes in labels, times after values, and lines that are no samples")
    func lines() {
        let reading = MetricReading(
            "a{b=\"c\\\"d\\\\e\\nf\",g=\"}\"} 1.5 1680566400\nbroken{x=\"y\nno value\n# a 3\n{}\n= 4\nb NaN\n"
        )
        #expect(reading["a"].map(\.value) == [1.5])
        #expect(reading["a"].first?.labels == ["b": "c\"d\\e\nf", "g": "}"])
        #expect(reading["broken"].isEmpty && reading["no"].isEmpty)
        #expect(reading.sum("absent") == nil)
    }
}
