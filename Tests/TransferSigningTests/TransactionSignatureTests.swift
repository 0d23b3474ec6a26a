import DNSWire
import Primitives
import Testing
import TransferSigning
import Zones

@Suite("Transaction signatures (RFC 8945)")
struct TransactionSignatureTests {
    private let time = Timestamp(seconds: 1_800_000_000)

    private func key(_ secret: [UInt8] = [1, 2, 3, 4], _ algorithm: TransferKey.Algorithm = .sha256) throws
        -> TransferKey
    {
        TransferKey(name: try #require(Name("Transfer.Key.")), algorithm: algorithm, secret: secret)
    }

    private func signer(_ key: TransferKey?) -> TransactionSigner {
        TransactionSigner(key: key, cryptography: SwiftCrypto())
    }

    private func query() throws -> Message {
        Message(header: Header(id: 77), questions: [Question(try #require(Name("example.")), .axfr)])
    }

    /// Both ends of an exchange after the query: the client's signer and the server's.
    private func ends(_ client: TransferKey, _ server: TransferKey) throws -> (
        TransactionSigner, TransactionSigner
    ) {
        var ends = (signer(client), signer(server))
        try ends.1.verify(ends.0.sign(query(), at: time), at: time)
        return ends
    }

    @Test("The HMACs are those of RFC 4231 and RFC 2202, test case 2")
    func vectors() {
        func code(_ algorithm: TransferKey.Algorithm) -> String {
            let text = Array("what do ya want for nothing?".utf8)
            return SwiftCrypto().authenticationCode(algorithm, secret: Array("Jefe".utf8), of: text)
                .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(code(.sha256) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(code(.sha1) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        #expect(code(.sha384).hasPrefix("af45d2e376484031617f78d2b58a6b1b"))
        #expect(code(.sha512).hasPrefix("164b7a7bfcf819e2e395fbe73b56e0a3"))
    }

    @Test(
        "Query and answer verify with one key, in each algorithm", arguments: TransferKey.Algorithm.allCases)
    func exchange(algorithm: TransferKey.Algorithm) throws {
        let key = try key([9, 9], algorithm)
        var (client, server) = try ends(key, key)
        try client.verify(server.sign(query(), at: time), at: time)
        try client.finish()
    }

    @Test("A signed message is a message with TSIG as its last record and the same ID")
    func shape() throws {
        var signer = signer(try key())
        let message = try Message(parsing: signer.sign(query(), at: time))
        #expect(message.header.id == 77)
        #expect(message.additionals.last?.type == .tsig)
        #expect(message.additionals.last?.recordClass == .any)
    }

    @Test("Another secret, a changed octet and an answer without a signature are refused")
    func refusals() throws {
        #expect(throws: TransactionSignatureError.mismatch) { try ends(key(), key([4, 3, 2, 1])) }
        var (client, server) = try ends(key(), key())
        var octets = try server.sign(query(), at: time)
        octets[3] ^= 0x80
        #expect(throws: TransactionSignatureError.mismatch) { try client.verify(octets, at: time) }
        var (other, _) = try ends(key(), key())
        #expect(throws: TransactionSignatureError.missing) { try other.verify(query().compose(), at: time) }
        #expect(throws: TransactionSignatureError.missing) { try other.finish() }
    }

    @Test("A time more than 300 s away is refused (RFC 8945 §5.2.3)")
    func clocks() throws {
        var (client, server) = try ends(key(), key())
        let octets = try server.sign(query(), at: Timestamp(seconds: time.seconds + 301))
        #expect(throws: TransactionSignatureError.time(1_800_000_301)) { try client.verify(octets, at: time) }
    }

    @Test("Another key's name is refused, BADKEY of the primary is reported")
    func otherKeys() throws {
        let (name, other) = (try key(), TransferKey(name: .root, algorithm: .sha256, secret: [1]))
        #expect(throws: TransactionSignatureError.otherKey(name.name)) { try ends(name, other) }
        var writer = WireWriter()
        writer.write(try #require(Name("hmac-sha256.")).octets)
        writer.write([0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 0, 77, 0, 17, 0, 0] as [UInt8])
        var answer = try query()
        answer.header.isResponse = true
        answer.responseCode = .notAuthoritative
        answer.additionals = [
            Record(
                name: name.name, type: .tsig, recordClass: .any, ttl: 0,
                data: RecordData(octets: writer.octets))
        ]
        var (client, _) = try ends(name, name)
        #expect(throws: TransactionSignatureError.reported(ResponseCode(rawValue: 17))) {
            try client.verify(answer.compose(), at: time)
        }
    }

    @Test("Without a key nothing is signed and nothing demanded")
    func withoutKey() throws {
        var plain = signer(nil)
        #expect(plain.sign(try query(), at: time) == (try query().compose()))
        try plain.verify(try query().compose(), at: time)
        try plain.finish()
    }

    @Test("Octets changed at random never stop the verification and never pass it")
    func mutations() throws {
        let random = RandomSource(seed: 8945)
        var signer = signer(try key())
        let octets = try signer.sign(query(), at: time)
        // The top bit of a TTL means nothing (RFC 2181 §8); 61 octets of RDATA and their length follow.
        let top = octets.count - 67
        for _ in 0..<5000 {
            var changed = octets
            let index = 2 + random.below(octets.count - 2)
            changed[index] ^= UInt8(1 + random.below(255))
            var verifier = self.signer(try key())
            // The case of the names in a TSIG record is not signed.
            guard (try? verifier.verify(changed, at: time)) != nil, (try? verifier.finish()) != nil else {
                continue
            }
            #expect(changed[index] ^ octets[index] == 0x20 || index == top)
        }
    }
}

@Suite("NOTIFY (RFC 1996)")
struct NotifyTests {
    private let time = Timestamp(seconds: 1_800_000_000)

    private func notify(_ origin: String = "example.") throws -> Message {
        var header = Header(id: 5)
        header.opcode = .notify
        return Message(header: header, questions: [Question(try #require(Name(origin)), .soa)])
    }

    private func key() throws -> TransferKey {
        TransferKey(name: try #require(Name("key.")), algorithm: .sha256, secret: [1, 2])
    }

    private func react(_ octets: [UInt8], from sender: String, key: TransferKey? = nil) throws
        -> (code: ResponseCode, zone: Name?)?
    {
        let primary = try #require(IPAddress("192.0.2.1"))
        let responder = NotifyResponder(
            primaries: [try #require(Name("example.")): [(primary, key)]], cryptography: SwiftCrypto())
        let sender = try #require(IPAddress(sender))
        guard let reaction = responder.react(to: octets, from: sender, at: time) else { return nil }
        let reply = try Message(parsing: reaction.reply)
        #expect(reply.header.id == 5 && reply.header.isResponse && reply.header.opcode == .notify)
        return (reply.responseCode, reaction.zone)
    }

    @Test("From a configured primary: NOERROR, and the zone is to be checked")
    func heeded() throws {
        let reaction = try #require(try react(notify().compose(), from: "192.0.2.1"))
        #expect(reaction.code == .noError && reaction.zone == Name("example."))
    }

    @Test("From elsewhere: REFUSED; for another zone: NOTAUTH; nothing is checked")
    func refused() throws {
        let elsewhere = try #require(try react(notify().compose(), from: "192.0.2.2"))
        #expect(elsewhere.code == .refused && elsewhere.zone == nil)
        let other = try #require(try react(notify("other.").compose(), from: "192.0.2.1"))
        #expect(other.code == .notAuthoritative && other.zone == nil)
    }

    @Test("A signed one with the primary's key is heeded, with another secret not")
    func signed() throws {
        var signer = TransactionSigner(key: try key(), cryptography: SwiftCrypto())
        let octets = signer.sign(try notify(), at: time)
        let heeded = try #require(try react(octets, from: "192.0.2.1", key: key()))
        #expect(heeded.code == .noError && heeded.zone != nil)
        let other = TransferKey(name: try key().name, algorithm: .sha256, secret: [3])
        let refused = try #require(try react(octets, from: "192.0.2.1", key: other))
        #expect(refused.code == .notAuthoritative && refused.zone == nil)
    }

    @Test("A response is not answered")
    func response() throws {
        var message = try notify()
        message.header.isResponse = true
        #expect(try react(message.compose(), from: "192.0.2.1") == nil)
    }
}
