import DNSWire
import EventLoop
import Primitives
import Serving
import Testing

/// One request and its answer of RFC 9018 Appendix A.
private struct Vector: CustomTestStringConvertible {
    let title: String
    let secret: String
    let client: String
    let request: String
    let time: Int64
    let response: String

    var testDescription: String { title }
}

private func octets(_ hexadecimal: String) -> [UInt8] {
    stride(from: 0, to: hexadecimal.count, by: 2).compactMap { offset in
        UInt8(hexadecimal.dropFirst(offset).prefix(2), radix: 16)
    }
}

private func key(_ hexadecimal: String) -> SipHash.Key {
    let word = { (octets: [UInt8]) in
        octets.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    let all = octets(hexadecimal)
    return SipHash.Key(word(Array(all.prefix(8))), word(Array(all.dropFirst(8))))
}

@Suite("Server cookies (RFC 9018)") struct ServerCookieTests {
    private static let vectors = [
        Vector(
            title: "A.1 learning a new server cookie", secret: "e5e973e5a6b2a43f48e7dc849e37bfcf",
            client: "198.51.100.100", request: "2464c4abcf10c957", time: 1_559_731_985,
            response: "2464c4abcf10c957010000005cf79f111f8130c3eee29480"),
        Vector(
            title: "A.2 the same client, 40 minutes later", secret: "e5e973e5a6b2a43f48e7dc849e37bfcf",
            client: "198.51.100.100", request: "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
            time: 1_559_734_385, response: "2464c4abcf10c957010000005cf7a871d4a564a1442aca77"),
        Vector(
            title: "A.3 another client; the hash covers reserved octets",
            secret: "e5e973e5a6b2a43f48e7dc849e37bfcf", client: "203.0.113.203",
            request: "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5", time: 1_559_734_700,
            response: "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"),
        Vector(
            title: "A.4 an IPv6 client under a new secret", secret: "445536bcd2513298075a5d379663c962",
            client: "2001:db8:220:1:59de:d0f4:8769:82b8", request: "22681ab97d52c298", time: 1_559_741_961,
            response: "22681ab97d52c298010000005cf7c609a6bb79d16625507a"),
    ]

    @Test("The vectors of Appendix A come out", arguments: vectors)
    fileprivate func appendixA(_ vector: Vector) throws {
        let cookies = ServerCookies(secret: key(vector.secret))
        let client = try #require(IPAddress(vector.client))
        let time = Timestamp(seconds: vector.time)
        var response = [UInt8](repeating: 0, count: ServerCookies.octetCount)
        octets(vector.request).withUnsafeBytes { request in
            response.withUnsafeMutableBytes { room in
                cookies.write(answering: request, from: client, at: time, into: room)
            }
            guard request.count > 8 else { return }
            // A.3 takes a cookie of 112 minutes, which is older than §4.3 recommends: each is checked when it was made.
            let made = request[12..<16].reduce(Int64(0)) { $0 << 8 | Int64($1) }
            #expect(cookies.verifies(request, from: client, at: Timestamp(seconds: made)))
        }
        #expect(response == octets(vector.response))
    }

    @Test("A cookie is good for an hour, for one client and under one secret; a later one for five minutes")
    func validity() throws {
        let vector = Self.vectors[0]
        let client = try #require(IPAddress(vector.client))
        let verifies = { (secret: String, client: IPAddress, after: Int64) in
            octets(vector.response).withUnsafeBytes {
                ServerCookies(secret: key(secret))
                    .verifies($0, from: client, at: Timestamp(seconds: vector.time + after))
            }
        }
        for after: Int64 in [-300, 0, 3600] { #expect(verifies(vector.secret, client, after)) }
        for after: Int64 in [-301, 3601, 1 << 31] { #expect(!verifies(vector.secret, client, after)) }
        #expect(!verifies(vector.secret, IPAddress(ipv4: 1), 0))
        #expect(!verifies("445536bcd2513298075a5d379663c962", client, 0))
    }
}

@Suite("EDNS options in answers to clients") struct ClientOptionTests {
    private static let clientCookie: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    private static func query(_ name: String, _ options: EDNSOption...) throws -> Message {
        try Message.query(name, edns: EDNS(payloadSize: 1232, options: options))
    }

    private static func cookie(_ data: [UInt8]) -> EDNSOption {
        EDNSOption(code: EDNSOption.cookie, data: data)
    }

    /// The first answer is resolved, the second one comes from the answer cache, the third is an error.
    @Test(
        "Every answer carries the client's cookie and one of the server's (RFC 7873 §5.2)",
        arguments: [false, true])
    func cookies(_ overTCP: Bool) async throws {
        try await TestService.run { service in
            let client = try service.client(overTCP: overTCP)
            let verifying = ServerCookies(secret: SipHash.Key(1, 2))
            for name in ["www.example", "www.example", "none.example", "1.0.0.127.in-addr.arpa"] {
                let reply = try client.ask(try Self.query(name, Self.cookie(Self.clientCookie)))
                let data = try #require(reply.edns?.option(EDNSOption.cookie)?.data, "\(name)")
                #expect(Array(data.prefix(8)) == Self.clientCookie)
                data.withUnsafeBytes {
                    #expect(verifying.verifies($0, from: loopback, at: service.loop.wallTime))
                }
                let again = try client.ask(try Self.query(name, Self.cookie(data)))
                #expect(again.edns?.option(EDNSOption.cookie)?.data.count == 24)
                #expect(again.answers.map(\.data) == reply.answers.map(\.data))
            }
        }
    }

    @Test("Clients without a cookie get none, and none does who turned them off")
    func withoutCookies() async throws {
        try await TestService.run { service in
            let client = try service.client()
            _ = try client.ask(try Self.query("www.example", Self.cookie(Self.clientCookie)))
            #expect(try client.ask(try Self.query("www.example")).edns?.options == [])
        }
        try await TestService.run(adjust: { $0.cookies = nil }) { service in
            for _ in 0..<2 {
                let reply = try service.client().ask(
                    try Self.query("www.example", Self.cookie(Self.clientCookie)))
                #expect(reply.edns?.options == [] && reply.answers.count == 1)
            }
        }
    }

    @Test("A cookie of a wrong length is FORMERR (RFC 7873 §5.2.2)", arguments: [0, 7, 9, 15, 41])
    func malformed(_ count: Int) async throws {
        try await TestService.run { service in
            let cookie = Self.cookie(Array(repeating: 1, count: count))
            let reply = try service.client().ask(try Self.query("www.example", cookie))
            #expect(reply.responseCode == .formatError)
        }
    }

    @Test("A message without a question asks for a cookie alone (RFC 7873 §5.4)")
    func cookieAlone() async throws {
        try await TestService.run { service in
            var query = try Self.query("www.example", Self.cookie(Self.clientCookie))
            query.questions = []
            let reply = try service.client().ask(query)
            #expect(reply.responseCode == .noError && reply.questions.isEmpty && reply.answers.isEmpty)
            #expect(reply.edns?.option(EDNSOption.cookie)?.data.count == 24)
        }
    }

    @Test("With its cookie an answer is still no longer than the client takes")
    func sizeWithCookie() async throws {
        try await TestService.run { service in
            let client = try service.client()
            let edns = EDNS(payloadSize: 880, options: [Self.cookie(Self.clientCookie)])
            _ = try client.ask(try Message.query("medium.example", .txt))
            for _ in 0..<2 {
                let octets = try client.ask(try Message.query("medium.example", .txt, edns: edns).compose())
                let reply = try Message(parsing: octets)
                #expect(octets.count <= 880)
                #expect(reply.header.isTruncated && reply.edns?.option(EDNSOption.cookie) != nil)
            }
        }
    }

    @Test(
        "Over TCP a client that asks for keepalive learns how long it may be idle, over UDP not (RFC 7828 §3.3)"
    )
    func keepalive() async throws {
        try await TestService.run { service in
            let query = try Self.query("www.example", EDNSOption(code: EDNSOption.keepalive, data: []))
            let stream = try service.client(overTCP: true)
            for _ in 0..<2 {
                // Ten seconds, in units of 100 ms.
                #expect(try stream.ask(query).edns?.option(EDNSOption.keepalive)?.data == [0, 100])
                #expect(try service.client().ask(query).edns?.options == [])
            }
            #expect(try stream.ask(try Self.query("www.example")).edns?.options == [])
        }
    }

    @Test("A client that asks for the name server's identity gets the configured one (RFC 5001 §2)")
    func identity() async throws {
        try await TestService.run { service in
            let query = try Self.query("www.example", EDNSOption(code: EDNSOption.nsid, data: []))
            for _ in 0..<2 {
                let reply = try service.client().ask(query)
                #expect(reply.edns?.option(EDNSOption.nsid)?.data == Array("node 1".utf8))
                #expect(reply.answers.count == 1)
            }
        }
    }
}
