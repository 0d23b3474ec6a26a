extension ServingCounters {
    /// The counters as families of metrics.
    public var families: [MetricFamily] {
        [
            MetricFamily(
                "afterglow_queries", .counter, help: "Queries of clients, by transport.",
                CarriedBy.allCases.map {
                    MetricSample(.count(queries(over: $0)), [.init("transport", $0.label)])
                }),
            MetricFamily(
                "afterglow_answers", .counter,
                help: "Answers to clients, by where they came from and by response code.", answerSamples),
            MetricFamily(
                "afterglow_cache_hits", .counter, help: "Answers given from a cache, by cache.",
                [
                    MetricSample(.count(answers(from: .answerCache)), [.init("cache", "answer")]),
                    MetricSample(.count(answers(from: .recordCache)), [.init("cache", "record")]),
                ]),
            MetricFamily(
                "afterglow_prefetches", .counter,
                help: "Answers asked for again before they ran out, since clients went on asking.",
                [MetricSample(.count(prefetches))]),
            MetricFamily(
                "afterglow_resolution_duration_seconds", .histogram, unit: "seconds",
                help: "Time from a query that the answer cache could not answer to its answer.",
                [MetricSample(.histogram(resolutionTime))]),
            MetricFamily(
                "afterglow_exchanges", .counter,
                help: "Exchanges with name servers, by transport and by what came of them.", exchangeSamples),
            MetricFamily(
                "afterglow_exchange_duration_seconds", .histogram, unit: "seconds",
                help: "Time from a question to a name server to its answer.",
                [MetricSample(.histogram(exchangeTime))]),
        ]
    }

    /// Only what was counted, apart from one that is always there: a hundred and seventy series of zeros help nobody.
    private var answerSamples: [MetricSample] {
        AnswerSource.allCases.flatMap { source in
            (0...Self.responseCodes).compactMap { code in
                let count = answers(from: source, responseCode: code)
                guard count > 0 || code == 0 else { return nil }
                return MetricSample(
                    .count(count), [.init("source", source.label), .init("rcode", Self.name(code))])
            }
        }
    }

    private var exchangeSamples: [MetricSample] {
        CarriedBy.allCases.flatMap { carrier in
            ExchangeResult.allCases.map { result in
                MetricSample(
                    .count(exchanges(result, over: carrier)),
                    [.init("transport", carrier.label), .init("outcome", result.label)])
            }
        }
    }

    /// The mnemonic of a response code (RFC 6895 §2.3).
    private static func name(_ code: Int) -> String {
        let names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]
        if names.indices.contains(code) { return names[code] }
        return code == responseCodes ? "other" : "RCODE\(code)"
    }
}
