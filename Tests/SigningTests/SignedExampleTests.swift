import DNSWire
import Primitives
import Signing
import Testing
import Validation

/// The zone `example.` of RFC 4035 App. A as far as its answers in App. B show it, with its RSASHA1 signatures.
@Suite("The signed examples of RFC 4035 App. B")
struct SignedExampleTests {
    /// The zone signing key, of 1,024 bits with the exponent 3.
    private static let key = """
        example. 3600 IN DNSKEY 256 3 5 ( AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61e
            k8EFMcsGXxKciJFHyhl94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ== )

        """

    private static let records = """
        x.w.example. 3600 IN MX 1 xx.example.
        x.w.example. 3600 IN RRSIG MX 5 3 3600 20040509183619 20040409183619 38519 example. (
            Il2WTZ+Bkv+OytBx4LItNW5mjB4RCwhOO8y1XzPHZmZUTVYL7LaA63f6T9ysVBzJRI3KRjAPH3U1qaYnDoN1DrWqmi9RJe4FoObkbcdm
            7P3Ikx70ePCoFgRz1Yq+bVVXCvGuAU4xALv3W/Y1jNSlwZ2mSWKHfxFQxPtLj8s32+k= )
        example. 3600 IN SOA ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600
        example. 3600 IN RRSIG SOA 5 1 3600 20040509183619 20040409183619 38519 example. (
            ONx0k36rcjaxYtcNgq6iQnpNV5+drqYAsC9h7TSJaHCqbhE67Sr6aH2xDUGcqQWu/n0UVzrFvkgO9ebarZ0GWDKcuwlM6eNB5SiX2K74
            l5LWDA7S/Un/IbtDq4Ay8NMNLQI7Dw7n4p8/rjkBjV7j86HyQgM5e7+miRAz8V01b0I= )
        example. 3600 IN NS ns1.example.
        example. 3600 IN NS ns2.example.
        example. 3600 IN RRSIG NS 5 1 3600 20040509183619 20040409183619 38519 example. (
            gl13F00f2U0R+SWiXXLHwsMY+qStYy5k6zfdEuivWc+wd1fmbNCyql0Tk7lHTX6UOxc8AgNf4ISFve8XqF4q+o9qlnqIzmppU3LiNeKT
            4FZ8RO5urFOvoMRTbQxW3U0hXWuggE4g3ZpsHv480HjMeRaZB/FRPGfJPajngcq6Kwg= )
        b.example. 3600 IN NSEC ns1.example. NS RRSIG NSEC
        b.example. 3600 IN RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
            GNuxHn844wfmUhPzGWKJCPY5ttEX/RfjDoOx9ueK1PtYkOWKOOdiJ/PJKCYB3hYX+858dDWSxb2qnV/LSTCNVBnkm6owOpysY97MVj5V
            QEWs0lm9tFoqjcptQkmQKYPrwUnCSNwvvclSF1xZvhRXgWT7OuFXldoCG6TfVFMs9xE= )
        example. 3600 IN NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY
        example. 3600 IN RRSIG NSEC 5 1 3600 20040509183619 20040409183619 38519 example. (
            O0k558jHhyrC97ISHnislm4kLMW48C7U7cBmFTfhke5iVqNRVTB1STLMpgpbDIC9hcryoO0VZ9ME5xPzUEhbvGnHd5sfzgFVeGxr5Nyy
            q4tWSDBgIBiLQUv1ivy29vhXy7WgR62dPrZ0PWvmjfFJ5arXf4nPxp/kEowGgBRzY/U= )
        ns1.example. 3600 IN NSEC ns2.example. A RRSIG NSEC
        ns1.example. 3600 IN RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
            I4hj+Kt6+8rCcHcUdolks2S+Wzri9h3fHas81rGN/eILdJHN7JpV6lLGPIh/8fIBkfvdyWnBjjf1q3O7JgYO1UdI7FvBNWqaaEPJK3Uk
            ddBqZIaLi8Qr2XHkjq38BeQsbp8X0+6h4ETWSGT8IZaIGBLryQWGLw6Y6X8dqhlnxJM= )
        a.z.w.example. 3600 IN MX 1 ai.example.
        a.z.w.example. 3600 IN RRSIG MX 5 2 3600 20040509183619 20040409183619 38519 example. (
            OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQTVBPq4/6KCWh
            qe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI= )
        x.y.w.example. 3600 IN NSEC xx.example. MX RRSIG NSEC
        x.y.w.example. 3600 IN RRSIG NSEC 5 4 3600 20040509183619 20040409183619 38519 example. (
            OvE6WUzN2ziieJcvKPWbCAyXyP6ef8cr6CspArVSTzKSquNwbezZmkU7E34o5lmb6CWSSSpgxw098kNUFnHcQf/LzY2zqRomubrNQhJT
            iDTXa0ArunJQCzPjOYq5t0SLjm6qp6McJI1AP5VrQoKqJDCLnoAlcPOPKAm/jJkn3jk= )
        *.w.example. 3600 IN NSEC x.w.example. MX RRSIG NSEC
        *.w.example. 3600 IN RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
            r/mZnRC3I/VIcrelgIcteSxDhtsdlTDt8ng9HSBlABOlzLxQtfgTnn8f+aOwJIAFe1Ee5RvU5cVhQJNP5XpXMJHfyps8tVvfxSAXfahp
            Yqtx91gsmcV/1V9/bZAG55CefP9cM4Z9Y9NT9XQ8s1InQ2UoIv6tJEaaKkP701j8OLA= )
        ai.example. 3600 IN A 192.0.2.9
        ai.example. 3600 IN RRSIG A 5 2 3600 20040509183619 20040409183619 38519 example. (
            pAOtzLP2MU0tDJUwHOKE5FPIIHmdYsCgTb5BERGgpnJluA9ixOyf6xxVCgrEJW0WNZSsJicdhBHXfDmAGKUajUUlYSAH8tS4ZnrhyymI
            vk3uArDu2wfT130e9UHnumaHHMpUTosKe22PblOy6zrTpg9FkS0XGVmYRvOTNYx2HvQ= )
        ai.example. 3600 IN AAAA 2001:db8::f00:baa9
        ai.example. 3600 IN RRSIG AAAA 5 2 3600 20040509183619 20040409183619 38519 example. (
            nLcpFuXdT35AcE+EoafOUkl69KB+/e56XmFKkewXG2IadYLKAOBIoR5+VoQV3XgTcofTJNsh1rnF6Eav2zpZB3byI6yo2bwY8MNkr4A7
            cL9TcMmDwV/hWFKsbGBsj8xSCN/caEL2CWY/5XP2sZM6QjBBLmukH30+w1z3h8PUP2o= )

        """

    private func sets(_ text: String) throws -> [SignedSet] {
        SignedSet.collect(try ZoneTextParser.parse(Array(text.utf8), defaultTTL: 3600))
    }

    private func validator(sha1: Bool, at seconds: Int64 = 1_082_000_000) -> Validator {
        Validator(
            verifier: CryptoVerifier(allowsSHA1: sha1), digester: CryptoDigester(),
            now: Timestamp(seconds: seconds), budget: ValidationBudget())
    }

    private func keys() throws -> ZoneKeys {
        let set = try #require(try sets(Self.key).first)
        let keys = ZoneKeys(zone: set.name, keys: set.data.compactMap { KeyRecord($0) })
        #expect(keys.keys.map(\.keyTag) == [38519])
        return keys
    }

    @Test("Every set of the answers validates, in April 2004 and where SHA-1 is allowed")
    func sets() throws {
        let keys = try keys()
        let all = try sets(Self.records)
        #expect(all.count == 11)
        for set in all {
            guard case .secure(let proof) = validator(sha1: true).validate(set, keys: keys) else {
                Issue.record("\(set.name) \(set.type) does not validate")
                continue
            }
            #expect(proof.wildcard == (set.name == Name("a.z.w.example.") ? Name("*.w.example.") : nil))
        }
    }

    @Test("RFC 9905: without leave, SHA-1 proves nothing")
    func withoutLeave() throws {
        let keys = try keys()
        for set in try sets(Self.records) {
            guard case .bogus(.signaturesUnsupported) = validator(sha1: false).validate(set, keys: keys)
            else {
                Issue.record("\(set.name) \(set.type) is believed")
                continue
            }
        }
    }

    @Test("Before and after April 2004 the same signatures are early or late")
    func times() throws {
        let keys = try keys()
        let set = try #require(try sets(Self.records).first)
        guard
            case .bogus(.signatureNotYetValid) = validator(sha1: true, at: 1_081_000_000).validate(
                set, keys: keys),
            case .bogus(.signatureExpired) = validator(sha1: true, at: 1_700_000_000).validate(
                set, keys: keys)
        else {
            Issue.record("the signature's time does not count")
            return
        }
    }

    @Test(
        "B.6: the wildcard's answer stands with the proof that comes with it, and B.7: so does its lack of a type"
    )
    func wildcard() throws {
        let validator = validator(sha1: true)
        let keys = try keys()
        let secure = try sets(Self.records).filter { set in
            if case .secure = validator.validate(set, keys: keys) { true } else { false }
        }
        let made = try #require(Name("a.z.w.example."))
        let wildcard = try #require(Name("*.w.example."))
        let denial = Denial(zone: keys.zone, sets: secure.filter { $0.type == .nsec })
        #expect(validator.denyCloser(made, .mx, wildcard: wildcard, by: denial) == .secure)
        #expect(validator.denyType(made, .aaaa, by: denial) == .secure)
        #expect(validator.denyName(try #require(Name("ml.example.")), .a, by: denial) == .secure)
    }
}
