import DNSWire
import Primitives
import Signing
import Testing
import Validation

@Suite("The examples of the RFCs")
struct PublishedVectorTests {
    /// Validates `lines`, one DNSKEY, one set and its RRSIG, at the moment of the signature's inception.
    private func verdict(_ lines: String, allowsSHA1: Bool = false) throws -> SetVerdict {
        let sets = SignedSet.collect(try ZoneTextParser.parse(Array(lines.utf8), defaultTTL: 3600))
        let keys = try #require(sets.first { $0.type == .dnskey })
        let set = try #require(sets.first { $0.type != .dnskey && $0.type != .ds })
        let data = try #require(set.signatures.first)
        let signature = try #require(SignatureRecord(data))
        let validator = Validator(
            verifier: CryptoVerifier(allowsSHA1: allowsSHA1), digester: CryptoDigester(),
            now: Timestamp(seconds: Int64(signature.inception)), budget: ValidationBudget())
        return validator.validate(
            set, keys: ZoneKeys(zone: keys.name, keys: keys.data.compactMap { KeyRecord($0) }))
    }

    /// Whether the DS record in `lines` fits its DNSKEY.
    private func delegationFits(_ lines: String) throws -> Bool {
        let sets = SignedSet.collect(try ZoneTextParser.parse(Array(lines.utf8), defaultTTL: 3600))
        let keys = try #require(sets.first { $0.type == .dnskey })
        let data = try #require(keys.data.first)
        let key = try #require(KeyRecord(data))
        let signers = sets.filter { $0.type == .ds }.flatMap { $0.data }.compactMap { DelegationSigner($0) }
        return !signers.isEmpty
            && signers.allSatisfy { $0.matches(key, zone: keys.name, digester: CryptoDigester()) }
    }

    private func isSecure(_ verdict: SetVerdict) -> Bool {
        if case .secure = verdict { true } else { false }
    }

    @Test("RFC 4034 §5.4: the DS record of dskey.example.com fits its key")
    func delegationSigner() throws {
        #expect(
            try delegationFits(
                """
                dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9Xz
                    fwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvx
                    egXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/r
                    ljwvFw== ) ; key id = 60485
                dskey.example.com. 86400 IN DS 60485 5 1 ( 2BB183AF5F22588179A53B0A 98631FAD1A292118 )
                dskey.example.com. 86400 IN DS 60485 5 2 (
                    D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A )

                """))
    }

    @Test("RFC 6605 §6.1: P-256")
    func p256() throws {
        let lines = """
            example.net. 3600 IN DNSKEY 257 3 13 ( GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edb
                krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA== )
            example.net. 3600 IN DS 55648 13 2 (
                b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17 )
            www.example.net. 3600 IN A 192.0.2.1
            www.example.net. 3600 IN RRSIG A 13 3 3600 ( 20100909100439 20100812100439 55648 example.net.
                qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXA
                yGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw== )

            """
        #expect(isSecure(try verdict(lines)))
        #expect(try delegationFits(lines))
    }

    @Test("RFC 6605 §6.2: P-384 and a DS record of SHA-384")
    func p384() throws {
        let lines = """
            example.net. 3600 IN DNSKEY 257 3 14 ( xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1
                w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8 /uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40 )
            example.net. 3600 IN DS 10771 14 4 (
                72d7b62976ce06438e9c0bf319013cf801f09ecc84b8 d7e9495f27e305c6a9b0563a9b5f4d288405c3008a94 6df983d6 )
            www.example.net. 3600 IN A 192.0.2.1
            www.example.net. 3600 IN RRSIG A 14 3 3600 ( 20100909102025 20100812102025 10771 example.net.
                /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP 95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuz
                WTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm )

            """
        #expect(isSecure(try verdict(lines)))
        #expect(try delegationFits(lines))
    }

    @Test("RFC 8080 §6.1: Ed25519, both examples")
    func ed25519() throws {
        for (key, tag, signature) in [
            (
                "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=", 3613,
                "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg=="
            ),
            (
                "zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=", 35217,
                "zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZXFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg=="
            ),
        ] {
            let lines = """
                example.com. 3600 IN DNSKEY 257 3 15 ( \(key) )
                example.com. 3600 IN MX 10 mail.example.com.
                example.com. 3600 IN RRSIG MX 15 2 3600 ( 1440021600 1438207200 \(tag) example.com.
                    \(signature) )

                """
            #expect(isSecure(try verdict(lines)))
        }
    }

    @Test("RFC 5702 §6.1: an RSA key of 512 bits is not supported")
    func rsaSHA256() throws {
        let lines = """
            example.net. 3600 IN DNSKEY 256 3 8 ( AwEAAcFcGsaxxdgiuuGmCkVI
                my4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk= )
            www.example.net. 3600 IN A 192.0.2.91
            www.example.net. 3600 IN RRSIG A 8 3 3600 ( 20300101000000 20000101000000 9033 example.net.
                kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg== )

            """
        guard case .bogus(.signaturesUnsupported(let identity)) = try verdict(lines) else {
            Issue.record("a 512-bit key was used")
            return
        }
        #expect(identity.keyTag == 9033)
    }

    @Test("RFC 5702 §6.2: RSASHA512 by a key of 1,024 bits")
    func rsaSHA512() throws {
        let lines = """
            example.net. 3600 IN DNSKEY 256 3 10 ( AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6p
                nWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3
                PFY12ZTSncorffcGmhOL )
            www.example.net. 3600 IN A 192.0.2.91
            www.example.net. 3600 IN RRSIG A 10 3 3600 ( 20300101000000 20000101000000 3740 example.net.
                tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq
                +9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw= )

            """
        #expect(isSecure(try verdict(lines)))
    }
}
