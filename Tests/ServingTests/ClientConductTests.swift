import DNSWire
import Primitives
import Recursion
import Serving
import Testing

/// Clients that share the resolver with others: in a hurry, greedy, hostile.
@Suite("Clients beside other clients")
struct ClientConductTests {
    @Test("Pipelined queries are answered as they are done, not as they came (RFC 7766 §6.2.1.1)")
    func outOfOrder() async throws {
        try await TestService.run { service in
            service.authority.mute("slow.example")
            let client = try service.client(overTCP: true)
            client.send(try Message.query("slow.example", id: 1).compose())
            client.send(try Message.query("www.example", id: 2).compose())
            client.send(try Message.query("alias.example", id: 3).compose())
            let quick = try (0..<2).map { _ in try Message(parsing: try client.receive()) }
            #expect(Set(quick.map(\.header.id)) == [2, 3])
            #expect(quick.allSatisfy { $0.responseCode == .noError })
        }
    }

    @Test("Datagrams that come together are each answered for what they ask")
    func together() async throws {
        try await TestService.run { service in
            let client = try service.client()
            let names = ["www.example", "alias.example", "WWW.eXample", "large.example", "gone.example"]
            for name in names { _ = try client.ask(try Message.query(name)) }
            let queries = try (0..<60).map { number in
                // One name is new each time; some messages are too short to be one.
                let name = number % 7 == 6 ? "new\(number).example" : names[number % names.count]
                return try Message.query(name, id: UInt16(number))
            }
            // From the loop's own thread, so that all wait when it reads next.
            await Task(executorPreference: service.loop) {
                for query in queries {
                    client.send(query.compose())
                    if query.header.id % 9 == 4 { client.send([0, UInt8(query.header.id), 1]) }
                }
            }.value
            var answered: Set<UInt16> = []
            for _ in queries {
                let reply = try Message(parsing: try client.receive())
                let query = queries[Int(reply.header.id)]
                #expect(reply.questions.map { "\($0)" } == query.questions.map { "\($0)" })
                #expect(answered.insert(reply.header.id).inserted)
            }
            #expect(answered.count == queries.count)
        }
    }

    @Test("A response sent over TCP ends the connection, for nothing is ever answered to one")
    func responseOverTCP() async throws {
        try await TestService.run { service in
            let client = try service.client(overTCP: true)
            var response = try Message.query("www.example", id: 1)
            response.header.isResponse = true
            client.send(response.compose())
            #expect(throws: TestClient.NoReply.self) { _ = try client.receive() }
        }
    }

    @Test("A client that floods the resolver with names that nobody answers does not shut out another")
    func flood() async throws {
        let adjust = { (configuration: inout ServiceConfiguration) in
            configuration.access = AccessList([Prefix(loopback, length: 8)])
            configuration.slots.total = 40
            configuration.slots.perClient = 20
        }
        try await TestService.run(adjust: adjust) { service in
            service.authority.mute("dead.example")
            let greedy = try service.client()
            let neighbour = try service.client(from: IPAddress(ipv4: 0x7F00_0002))
            for id: UInt16 in 0..<100 {
                greedy.send(try Message.query("n\(id).dead.example", id: id).compose())
            }
            // Those that found no slot are told at once; the others wait for servers that are silent.
            for _ in 0..<80 {
                let reply = try Message(parsing: try greedy.receive())
                #expect(reply.responseCode == .serverFailure)
                #expect(reply.extendedErrors.map(\.text) == ["too many queries of this client are waiting"])
            }
            #expect(try neighbour.ask(try Message.query("www.example")).responseCode == .noError)
        }
    }

    @Test("A flood of damaged messages over UDP and TCP leaves the answers to others as they are")
    func damagedMessages() async throws {
        try await TestService.run { service in
            let random = RandomSource(seed: 20_261_125)
            let honest = try service.client()
            let hostile = try service.client()
            let seeds = try [
                Message.query("www.example"), Message.query("large.example", .txt, edns: nil),
                Message.query("alias.example", edns: EDNS(payloadSize: 512, dnssecOK: true)),
            ].map { $0.compose() }
            for round in 0..<20_000 {
                var octets = seeds[round % seeds.count]
                for _ in 0...random.below(6) { Self.damage(&octets, random) }
                hostile.send(octets)
                if round % 500 == 0 {
                    let stream = try service.client(overTCP: true)
                    stream.send(octets)
                    let query = try Message.query("www.example", id: UInt16(truncatingIfNeeded: round))
                    let reply = try honest.ask(query)
                    #expect(reply.header.id == query.header.id && reply.answers.count == 1)
                }
            }
            #expect(try honest.ask(try Message.query("alias.example")).answers.count == 2)
        }
    }

    private static func damage(_ octets: inout [UInt8], _ random: RandomSource) {
        let position = random.below(octets.count)
        switch random.below(5) {
        case 0 where octets.count > 1: octets.remove(at: position)
        case 1: octets.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
        case 2: octets.removeLast(min(octets.count - 1, random.below(20)))
        default: octets[position] = UInt8(truncatingIfNeeded: random.next())
        }
    }
}
