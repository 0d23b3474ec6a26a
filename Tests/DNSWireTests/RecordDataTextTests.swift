import DNSWire
import Testing

/// Text of record data: what is read is written again the same.
struct RecordDataTextTests {
    static let canonical: [(RecordType, String)] = [
        (.a, "192.0.2.1"), (.aaaa, "2001:db8::1"), (.ns, "ns1.example."),
        (.soa, "ns. mail\\.box.example. 1 2 3 4 5"), (.mx, "10 mail.example."),
        (.txt, "\"a \\\"b\\\" \\200\" \"\""), (.hinfo, "\"PC\" \"Linux 6\""), (.rp, "a. b."),
        (.loc, "52 22 23.000 N 4 53 32.001 W -2.00m 0.00m 10000.00m 10.00m"),
        (.naptr, "100 50 \"s\" \"http+I2R\" \"\" _http._tcp.example."),
        (.apl, "1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8"), (.apl, ""),
        (.ds, "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"),
        (.rrsig, "A 5 3 86400 20030322173103 20030220173103 2642 example.com. AAECAw=="),
        (.nsec, "host.example. A MX RRSIG NSEC TYPE1234"),
        (.nsec3, "1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR MX DNSKEY NS SOA NSEC3PARAM RRSIG"),
        (.nsec3param, "1 0 0 -"), (.eui48, "00-00-5e-00-53-2a"), (.eui64, "00-00-5e-ef-10-00-00-2a"),
        (.nid, "10 0014:4fff:ff20:ee64"), (.caa, "0 issue \"ca.example; account=1\""),
        (.uri, "10 1 \"ftp://ftp.example/public\""), (.csync, "66 3 A NS AAAA"),
        (.svcb, "0 foo.example."),
        (
            .svcb,
            "16 foo.example. mandatory=ipv4hint,ipv6hint alpn=\"h2,h3-19\" "
                + "ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1"
        ),
        (.https, "1 . no-default-alpn port=8443 ech=AAEC key667=\"hello\\210qoo\""),
        (.svcb, "16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\""),
        (RecordType(rawValue: 65280), "\\# 3 010203"),
    ]

    @Test(arguments: canonical) func `reading and writing gives the text back`(type: RecordType, text: String)
        throws
    {
        let data = try RecordData(scanning: text, type: type)
        let printed = data.print(type: type)
        #expect(try RecordData(scanning: printed, type: type) == data)
        if type != .nsec3 { #expect(printed == text) }
        #expect(try RecordData(scanning: data.printGeneric(), type: type) == data)
    }
}
