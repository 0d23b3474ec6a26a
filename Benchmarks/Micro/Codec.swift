import Caching
import DNSWire
import Primitives

/// A referral of a delegation with four servers and their addresses, as one comes on the way to most names.
private func referral() -> [UInt8] {
    let zone = wireName("example", "com")
    var message = query(wireName("www", "example", "com"))
    message.header.isResponse = true
    for number in UInt8(1)...4 {
        let server = wireName("ns\(number)", "example", "com")
        message.authorities.append(
            Record(name: zone, type: .ns, ttl: 172_800, data: RecordData(octets: server.octets)))
        message.additionals.append(
            Record(name: server, type: .a, ttl: 172_800, data: RecordData(octets: [192, 0, 2, number])))
    }
    return message.compose()
}

/// A query for addresses as a stub resolver sends it.
func query(_ name: Name) -> Message {
    var header = Header(id: 0x1234)
    header.recursionDesired = true
    return Message(header: header, questions: [Question(name, .a)], edns: EDNS(payloadSize: 1232))
}

func wireName(_ labels: String...) -> Name { Name(labels: labels.map { Array($0.utf8) }) ?? .root }

func codecOperations() -> [Operation] {
    let asked = query(wireName("www", "example", "com")).compose()
    let referral = referral()
    guard let parsed = try? Message(parsing: referral) else { fatalError("the referral does not parse") }
    return [
        Operation(part: "codec", name: "read a query where it lies") { count in
            asked.withUnsafeBytes { octets in
                (0..<count).reduce(0) { sum, number in
                    sum &+ (QueryShape(octets, seed: UInt64(number))?.questionEnd ?? 0)
                }
            }
        },
        Operation(part: "codec", name: "parse a query") { count in
            (0..<count).reduce(0) { sum, _ in sum &+ ((try? Message(parsing: asked))?.questions.count ?? 0) }
        },
        Operation(part: "codec", name: "parse a referral of 8 records") { count in
            (0..<count).reduce(0) { sum, _ in
                sum &+ ((try? Message(parsing: referral))?.authorities.count ?? 0)
            }
        },
        Operation(part: "codec", name: "compose a referral of 8 records") { count in
            (0..<count).reduce(0) { sum, _ in sum &+ parsed.compose().count }
        },
    ]
}
