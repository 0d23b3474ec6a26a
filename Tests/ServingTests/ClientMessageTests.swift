import DNSWire
import Primitives
import Recursion
import Serving
import Testing
import Zones

/// What a client sees of every kind of message that it may send, over real sockets.
@Suite("Answers to clients")
struct ClientMessageTests {
    @Test("A question is answered with RA, the client's ID, RD and CD, and without AA and AD")
    func flags() async throws {
        try await TestService.run { service in
            let client = try service.client()
            var query = try Message.query("www.example", id: 0xBEEF)
            query.header.checkingDisabled = true
            query.header.authenticData = true
            let reply = try client.ask(query)
            #expect(reply.header.id == 0xBEEF && reply.header.isResponse)
            #expect(reply.responseCode == .noError)
            #expect(reply.answers.compactMap(\.address) == [TestZones.web])
            #expect(reply.header.recursionDesired && reply.header.recursionAvailable)
            #expect(reply.header.checkingDisabled)
            #expect(!reply.header.isAuthoritative && !reply.header.authenticData)
            #expect(reply.questions == query.questions)
            #expect(reply.edns?.payloadSize == 1232)
            query.header.checkingDisabled = false
            query.edns = nil
            let plain = try client.ask(query)
            #expect(!plain.header.checkingDisabled && plain.edns == nil)
        }
    }

    @Test(
        "The question is repeated in the client's case, and so is the name of its answer",
        arguments: [false, true])
    func caseIsKept(_ overTCP: Bool) async throws {
        try await TestService.run { service in
            let client = try service.client(overTCP: overTCP)
            for name in ["wWw.ExAmPlE.", "WWW.example.", "www.EXAMPLE."] {
                let reply = try client.ask(try Message.query(name))
                #expect(reply.questions.first?.name.description == name)
                #expect(reply.answers.first?.name.description == name)
            }
            #expect(service.authority.queries < 8)
        }
    }

    @Test(
        "Nonsense is FORMERR, another opcode NOTIMP, a later EDNS BADVERS (RFC 1035 §4.1.1, RFC 6891 §6.1.3)")
    func refusals() async throws {
        try await TestService.run { service in
            let client = try service.client()
            let query = try Message.query("www.example", id: 7)
            let octets = query.compose()
            let truncated = try Message(parsing: try client.ask(Array(octets[..<20])))
            #expect(truncated.responseCode == .formatError && truncated.header.id == 7)
            var two = query
            two.questions += two.questions
            #expect(try client.ask(two).responseCode == .formatError)
            var none = query
            none.questions = []
            #expect(try client.ask(none).responseCode == .formatError)
            for opcode in [Opcode.notify, .update, Opcode(rawValue: 2)] {
                var other = query
                other.header.opcode = opcode
                let reply = try client.ask(other)
                #expect(reply.responseCode == .notImplemented && reply.header.opcode == opcode)
            }
            let later = try client.ask(
                try Message.query("www.example", edns: EDNS(payloadSize: 1232, version: 1)))
            #expect(later.responseCode == .badVersion && later.edns?.version == 0)
            #expect(service.authority.queries == 0)
        }
    }

    @Test("A response and octets without a header are met with silence")
    func silence() async throws {
        try await TestService.run { service in
            let client = try service.client()
            var response = try Message.query("www.example", id: 1)
            response.header.isResponse = true
            client.send(response.compose())
            for count in 0..<12 { client.send(Array(repeating: 0, count: count)) }
            let reply = try client.ask(try Message.query("www.example", id: 2))
            #expect(reply.header.id == 2)
        }
    }

    @Test("Transfers are refused (RFC 5936 §2.2.1), other classes not implemented", arguments: [false, true])
    func transfers(_ overTCP: Bool) async throws {
        try await TestService.run { service in
            let client = try service.client(overTCP: overTCP)
            #expect(try client.ask(try Message.query("example", .axfr)).responseCode == .refused)
            #expect(try client.ask(try Message.query("example", .ixfr)).responseCode == .refused)
            let hesiod = try Message.query("example", .a, RecordClass(rawValue: 4))
            #expect(try client.ask(hesiod).responseCode == .notImplemented)
            #expect(service.authority.queries == 0)
        }
    }

    @Test("ANY gets one HINFO record that says why (RFC 8482 §4.2)")
    func any() async throws {
        try await TestService.run { service in
            let reply = try service.client().ask(try Message.query("www.example", .any))
            #expect(reply.answers.map(\.type) == [.hinfo])
            #expect(reply.answers.first?.data.octets == [7] + Array("RFC8482".utf8) + [0])
        }
    }

    @Test("Class CHAOS tells version and identity as configured, and nothing else (RFC 4892)")
    func chaos() async throws {
        try await TestService.run { service in
            let client = try service.client()
            for (name, text) in [("version.bind", "afterglow test"), ("id.server", "node 1")] {
                let reply = try client.ask(try Message.query(name, .txt, .chaos))
                #expect(reply.answers.map { $0.data.octets } == [[UInt8(text.utf8.count)] + Array(text.utf8)])
                #expect(reply.answers.allSatisfy { $0.recordClass == .chaos })
            }
            #expect(try client.ask(try Message.query("authors.bind", .txt, .chaos)).responseCode == .refused)
        }
        try await TestService.run(adjust: { $0.identity = ServerIdentity() }) { service in
            let reply = try service.client().ask(try Message.query("version.bind", .txt, .chaos))
            #expect(reply.responseCode == .refused)
        }
    }

    @Test("A client that is not on the access list is refused with Extended DNS Error 18")
    func accessList() async throws {
        try await TestService.run { service in
            _ = try service.client().ask(try Message.query("www.example"))
            let stranger = try service.client(from: IPAddress(ipv4: 0x7F00_0002))
            let reply = try stranger.ask(try Message.query("www.example"))
            #expect(reply.responseCode == .refused && reply.answers.isEmpty)
            #expect(
                reply.extendedErrors == [ExtendedError(.prohibited, "127.0.0.2 is not on the access list")])
        }
    }

    @Test("Without RD nothing is resolved: REFUSED with Extended DNS Error 20")
    func recursionNotDesired() async throws {
        try await TestService.run { service in
            var query = try Message.query("www.example")
            query.header.recursionDesired = false
            let reply = try service.client().ask(query)
            #expect(reply.responseCode == .refused && !reply.header.recursionDesired)
            #expect(reply.extendedErrors.map(\.code) == [.notAuthoritative])
            #expect(service.authority.queries == 0)
        }
    }

    /// 512 octets without EDNS (RFC 1035 §4.2.1); the client's size with it, at least 512 and at most ours.
    @Test(
        "An answer too large for the client's datagram is TC and whole over TCP",
        arguments: [nil, 100, 512, 800, 1232, 4096])
    func truncation(_ size: UInt16?) async throws {
        try await TestService.run { service in
            let edns = size.map { EDNS(payloadSize: $0) }
            let limit = min(1232, max(512, Int(size ?? 0)))
            for _ in 0..<2 {
                let octets = try service.client().ask(
                    try Message.query("medium.example", .txt, edns: edns).compose())
                let reply = try Message(parsing: octets)
                #expect(octets.count <= limit)
                #expect(reply.header.isTruncated == (limit < 1000))
                #expect(reply.edns == nil ? size == nil : size != nil)
                let large = try service.client().ask(
                    try Message.query("large.example", .txt, edns: edns).compose())
                #expect(large.count <= limit)
                #expect(try Message(parsing: large).header.isTruncated)
            }
            let whole = try service.client(overTCP: true).ask(
                try Message.query("large.example", .txt, edns: edns))
            #expect(whole.answers.count == 12 && !whole.header.isTruncated)
        }
    }
}
