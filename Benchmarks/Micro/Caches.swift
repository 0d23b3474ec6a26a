import Caching
import DNSWire
import Primitives

private let now = Instant(nanoseconds: 1_000_000_000)
/// As many as a home or a small company has in use.
private let names = (0..<10_000).map { wireName("name\($0)", "wild", "bench") }

private func addressSet(_ name: Name) -> RecordSet {
    RecordSet(name: name, type: .a, ttl: 3600, data: [RecordData(octets: [192, 0, 2, 1])])
}

/// Queries for all names, and a cache that has their answers.
private func answered() -> (queries: [[UInt8]], answers: AnswerCache) {
    let answers = AnswerCache(memory: 16 << 20)
    let queries = names.map { name -> [UInt8] in
        let asked = query(name)
        var answer = asked
        answer.header.isResponse = true
        answer.answers = [
            Record(name: name, type: .a, ttl: 3600, data: RecordData(octets: [192, 0, 2, 1]))
        ]
        let octets = asked.compose()
        octets.withUnsafeBytes { octets in
            guard let shape = QueryShape(octets) else { fatalError("a query has no shape") }
            answers.store(answer.compose(), for: octets, shape, ttl: 3600, at: now)
        }
        return octets
    }
    return (queries, answers)
}

func cacheOperations() -> [Operation] {
    let records = RecordCache(memory: 16 << 20, staleFor: .seconds(3600), seed: 1)
    let sets = names.map(addressSet)
    let (queries, answers) = answered()
    for set in sets { records.store(set, ttl: 3600, at: now) }
    return [
        Operation(part: "caches", name: "give a finished answer of 10,000") { count in
            withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { room in
                (0..<count).reduce(0) { sum, number in
                    queries[number * 7 % names.count].withUnsafeBytes { octets in
                        guard let shape = QueryShape(octets) else { return sum }
                        return sum &+ answers.answer(octets, shape, into: room, at: now)
                    }
                }
            }
        },
        Operation(part: "caches", name: "find a record set of 10,000") { count in
            (0..<count).reduce(0) { sum, number in
                sum &+ Int(records.find(names[number * 7 % names.count], .a, at: now)?.ttl ?? 0)
            }
        },
        Operation(part: "caches", name: "look whether a name exists") { count in
            (0..<count).reduce(0) { sum, number in
                let name = names[number * 7 % names.count]
                return sum &+ (records.showsExistence(of: name, lastLabels: 3, .a, at: now) ? 1 : 0)
            }
        },
        Operation(part: "caches", name: "store a record set in place of another") { count in
            for number in 0..<count { records.store(sets[number * 7 % names.count], ttl: 3600, at: now) }
            return records.count
        },
    ]
}
