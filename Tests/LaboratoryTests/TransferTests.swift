import Foundation
import Laboratory
import Testing

/// Whether there are primaries of three makers, and what else these tests use.
enum TransferAvailability {
    static let comment: Comment =
        "SKIPPED unless root, with BIND, Knot DNS, NSD, nsupdate, faketime and the executable afterglow"

    static let possible =
        LaboratoryAvailability.resolving
        && ["named", "knotd", "nsd", "nsupdate", "faketime"].allSatisfy(Command.exists)
}

/// Runs `body` in a laboratory of primaries with the product as the resolver.
private func withTransfers(_ body: (TransferLaboratory) throws -> Void) throws {
    let path = try #require(LaboratoryAvailability.afterglow)
    let laboratory = try TransferLaboratory(resolver: .afterglow(path))
    defer { laboratory.tearDown() }
    try body(laboratory)
}

@Suite(
    "Copies by transfer from real primaries, in the laboratory", .serialized,
    .enabled(if: TransferAvailability.possible, TransferAvailability.comment))
struct TransferTests {
    private static let key = PrimaryServer.Key(
        algorithm: "hmac-sha256", secret: "YSBzZWNyZXQgb2YgMzIgb2N0ZXRzLCBhIHNlY3JldCE=")

    /// What 200,000 names may add to the process: the zone, the transfer that brings it, and the allocator's slack.
    private static let largeOctets = 300 << 20

    private func zone(_ origin: String = "example.test.", from primary: PrimaryServer, _ more: String = "")
        -> String
    {
        "  - { name: \(origin), primaries: [{ address: \(primary.address)\(more) }], use: always }\n"
    }

    /// Whether the log comes to have these words within ten seconds: a version serves before it is told of.
    private func tells(_ laboratory: TransferLaboratory, _ words: String) -> Bool {
        Patience.wait(10) { laboratory.resolver.log.contains(words) }
    }

    /// Whether the copy comes to give `values` for `name` within ten seconds.
    private func comes(_ laboratory: TransferLaboratory, _ name: String, _ values: [String]) -> Bool {
        Patience.wait(10) { laboratory.dig.ask(name).values == values }
    }

    @Test(
        "Whole at first, and a change within seconds: by NOTIFY as differences, or at REFRESH; all of it signed",
        arguments: [
            (.bind, "hmac-sha256"), (.bind, "hmac-sha512"), (.knot, "hmac-sha384"), (.nsd, "hmac-sha256"),
        ] as [(PrimaryServer.Software, String)])
    func follows(software: PrimaryServer.Software, algorithm: String) throws {
        try withTransfers { laboratory in
            let key = PrimaryServer.Key(algorithm: algorithm, secret: Self.key.secret)
            let primary = try laboratory.addPrimary(software, host: 11, key: key)
            let times = (refresh: software == .nsd ? 5 : 3600, retry: 5, expire: 604_800)
            try primary.write(TransferZone("example.test.", times: times))
            try primary.start()
            let tsig = ", tsig: '\(algorithm):transfer-key:\(key.secret)'"
            try laboratory.startResolver("zones:\n" + zone(from: primary, tsig))
            #expect(comes(laboratory, "host7.example.test", ["192.0.2.7"]), "\(laboratory.resolver.log)")
            #expect(tells(laboratory, "serial 1, 102 records, from \(primary.endpoint) by AXFR"))
            if software == .nsd {
                var changed = TransferZone("example.test.", serial: 2, hosts: 99, times: times)
                changed.more = ["new IN A 192.0.2.200"]
                try primary.write(changed)
                primary.kill()
                try primary.start()
            } else {
                try primary.update(
                    "example.test.",
                    [
                        "update delete host99.example.test. A",
                        "update add new.example.test. 60 A 192.0.2.200",
                    ])
            }
            #expect(comes(laboratory, "new.example.test", ["192.0.2.200"]), "\(laboratory.resolver.log)")
            #expect(laboratory.dig.ask("host99.example.test").status == "NXDOMAIN")
            #expect(laboratory.dig.ask("host98.example.test").values == ["192.0.2.98"])
            let method = software == .nsd ? "by AXFR" : "by IXFR"
            #expect(tells(laboratory, "serial 2, 102 records, from \(primary.endpoint) \(method)"))
        }
    }

    @Test(
        "Another secret, another key and none are refused, and the log says which",
        arguments: PrimaryServer.Software.allCases)
    func badKeys(software: PrimaryServer.Software) throws {
        try withTransfers { laboratory in
            let primary = try laboratory.addPrimary(software, host: 11, key: Self.key)
            let origins = ["secret.test.", "name.test.", "none.test.", "good.test."]
            for origin in origins { try primary.write(TransferZone(origin)) }
            try primary.start()
            let keys = [
                ", tsig: 'transfer-key:b3RoZXI='", ", tsig: 'nokey:\(Self.key.secret)'", "",
                ", tsig: transfer-key",
            ]
            let zones = zip(origins, keys).map { zone($0, from: primary, $1) }.joined()
            try laboratory.startResolver(
                "zones:\n\(zones)tsig-keys: [{ name: transfer-key, secret: '\(Self.key.secret)' }]")
            let words = [
                "secret.test.": "BADSIG", "name.test.": "BADKEY", "none.test.": "the primary answered",
            ]
            #expect(comes(laboratory, "host1.good.test", ["192.0.2.1"]), "\(laboratory.resolver.log)")
            for (origin, word) in words.sorted(by: { $0.key < $1.key }) {
                let told = Patience.wait(10) {
                    laboratory.resolver.log.split(separator: "\n").contains { line in
                        line.contains("zone \(origin): ") && line.contains(word)
                            && line.contains("there is no copy that may serve")
                    }
                }
                #expect(told, "\(origin) \(laboratory.resolver.log)")
                #expect(laboratory.dig.ask("host1.\(origin)").status == "SERVFAIL")
            }
        }
    }

    @Test("A primary whose clock is an hour slow gives no copy, and the log says that it is the time")
    func wrongTime() throws {
        try withTransfers { laboratory in
            let primary = try laboratory.addPrimary(
                .nsd, host: 11, key: Self.key, wrapper: ["faketime", "-f", "-1h"])
            try primary.write(TransferZone("example.test."))
            try primary.start()
            try laboratory.startResolver(
                "zones:\n" + zone(from: primary, ", tsig: 'transfer-key:\(Self.key.secret)'"))
            let told = Patience.wait(10) { laboratory.resolver.log.contains("BADTIME") }
            #expect(told, "\(laboratory.resolver.log)")
        }
    }

    @Test(
        "A copy that nobody confirms ends as its SOA record says, not with `expire: never`; it comes back by itself"
    )
    func expiry() throws {
        try withTransfers { laboratory in
            let primary = try laboratory.addPrimary(.knot, host: 11)
            let times = (refresh: 5, retry: 5, expire: 7)
            try primary.write(TransferZone("ends.test.", times: times))
            try primary.write(TransferZone("stays.test.", times: times))
            try primary.start()
            let stays =
                "  - { name: stays.test, primaries: [\(primary.address)], use: always, expire: never }\n"
            try laboratory.startResolver("zones:\n" + zone("ends.test.", from: primary) + stays)
            #expect(comes(laboratory, "host1.ends.test", ["192.0.2.1"]))
            #expect(comes(laboratory, "host1.stays.test", ["192.0.2.1"]))
            primary.kill()
            let ended = Patience.wait(20) { laboratory.dig.ask("host1.ends.test").status == "SERVFAIL" }
            #expect(ended)
            #expect(laboratory.resolver.log.contains("zone ends.test.: the copy with serial 1 has expired"))
            #expect(laboratory.dig.ask("host1.stays.test").values == ["192.0.2.1"])
            try primary.start()
            let back = Patience.wait(20) { laboratory.dig.ask("host1.ends.test").values == ["192.0.2.1"] }
            #expect(back, "\(laboratory.resolver.log)")
        }
    }

    @Test(
        "When the first primary is gone the second gives the copy, and a restart after kill -9 has it without either"
    )
    func secondPrimaryAndRestart() throws {
        try withTransfers { laboratory in
            let gone = try laboratory.addPrimary(.bind, host: 11)
            let primary = try laboratory.addPrimary(.nsd, host: 12)
            try primary.write(TransferZone("example.test."))
            try primary.start()
            let zones =
                "zones: [{ name: example.test, use: always, primaries: [\(gone.address), \(primary.address)] }]"
            try laboratory.startResolver(zones)
            #expect(comes(laboratory, "host1.example.test", ["192.0.2.1"]))
            #expect(laboratory.resolver.log.contains("\(gone.endpoint): the connection is refused"))
            let copy = laboratory.resolver.folder.appendingPathComponent("zones/example.test.copy").path
            #expect(Patience.wait(10) { FileManager.default.fileExists(atPath: copy) })
            primary.kill()
            laboratory.resolver.kill()
            try laboratory.startResolver(zones)
            #expect(laboratory.dig.ask("host1.example.test").values == ["192.0.2.1"])
            #expect(laboratory.resolver.log.contains("serial 1, 102 records, from the last run"))
        }
    }

    @Test("A zone file that is broken on SIGHUP leaves the old copy, and the log has file, line and column")
    func brokenFile() throws {
        try withTransfers { laboratory in
            let text = TransferZone("example.test.").text
            let path = try laboratory.write(text, to: "example.zone")
            let zones = "zones: [{ name: example.test, use: always, file: \(path) }]"
            try laboratory.startResolver(zones)
            #expect(laboratory.dig.ask("host1.example.test").values == ["192.0.2.1"])
            _ = try laboratory.write(text + "broken IN A 192.0.2.300\n", to: "example.zone")
            try laboratory.reloadResolver(zones)
            let words = "\(path):105:13: "
            let told = Patience.wait(10) {
                laboratory.resolver.log.contains(words)
                    && laboratory.resolver.log.contains("the copy with serial 1 goes on serving")
            }
            #expect(told, "\(laboratory.resolver.log)")
            #expect(laboratory.dig.ask("host1.example.test").values == ["192.0.2.1"])
            _ = try laboratory.write(
                TransferZone("example.test.", serial: 2, hosts: 1).text, to: "example.zone")
            try laboratory.reloadResolver(zones)
            #expect(Patience.wait(10) { laboratory.dig.ask("host1.example.test").status == "NXDOMAIN" })
        }
    }

    @Test(
        "200,000 records come while another copy answers 2,000 queries a second without loss, in bounded memory"
    )
    func large() throws {
        try withTransfers { laboratory in
            let primary = try laboratory.addPrimary(.bind, host: 11)
            try primary.write(TransferZone("small.test."))
            try primary.write(TransferZone("large.test.", hosts: 200_000))
            try primary.start()
            try laboratory.startResolver("zones:\n" + zone("small.test.", from: primary))
            #expect(comes(laboratory, "host1.small.test", ["192.0.2.1"]))
            let before = laboratory.resolver.residentOctets
            let queries = (0..<100).map { "host\($0).small.test A" }.joined(separator: "\n")
            let file = try laboratory.write(queries + "\n", to: "queries")
            try laboratory.reloadResolver(
                "zones:\n" + zone("small.test.", from: primary) + zone("large.test.", from: primary))
            let run = laboratory.run(
                ["dnsperf", "-s", "127.0.0.1", "-d", file, "-l", "8", "-Q", "2000", "-c", "4", "-t", "2"],
                limit: 40)
            #expect(run.output.contains("Queries lost:         0 (0.00%)"), "\(run.output)")
            let came = Patience.wait(60) {
                laboratory.dig.ask("host199999.large.test").values == ["192.0.2.63"]
            }
            #expect(came, "\(laboratory.resolver.log)")
            #expect(tells(laboratory, "serial 1, 200002 records"), "\(laboratory.resolver.log)")
            let grown = laboratory.resolver.residentOctets - before
            #expect(grown < Self.largeOctets, "\(grown) octets more")
        }
    }
}

@Suite(
    "A copy by transfer while its name servers are away, in the laboratory", .serialized,
    .enabled(if: TransferAvailability.possible, TransferAvailability.comment))
struct TransferOutageTests {
    private let zones = "zones: [{ name: virgin.test, primaries: [10.53.2.1, 10.53.2.2] }]\n"

    /// What a client is told of the copy: its serial and age.
    private func note(_ answer: DigAnswer) -> String? {
        answer.extendedErrors.first { $0.code == 0 && $0.text.hasPrefix("answered from local copy") }?.text
    }

    @Test("It answers with its serial and age beside EDE 22, also after kill -9; then the name servers again")
    func outage() throws {
        try withResolver { laboratory in
            #expect(laboratory.resolver.stop() == 0)
            try laboratory.startResolver(with: zones)
            let copy = laboratory.resolver.folder.appendingPathComponent("zones/virgin.test.copy").path
            #expect(Patience.wait(10) { FileManager.default.fileExists(atPath: copy) })
            #expect(laboratory.dig().ask("www.virgin.test").extendedErrors.isEmpty)
            for server in laboratory.operatorA { server.fallSilent() }
            let answer = laboratory.dig().ask("nowhere.virgin.test")
            #expect(answer.status == "NXDOMAIN")
            let text = try #require(note(answer), "\(answer.extendedErrors)")
            #expect(text.wholeMatch(of: #/answered from local copy, serial 1, \d+ s old/#) != nil, "\(text)")
            #expect(!answer.flags.contains("aa"))
            #expect(!answer.flags.contains("ad"))

            laboratory.resolver.kill()
            try laboratory.startResolver(with: zones)
            let restarted = laboratory.dig().ask("www.virgin.test")
            #expect(restarted.values == ["10.53.2.80"])
            #expect(note(restarted) != nil)
            let named = Patience.wait(20) {
                laboratory.dig().ask("short.virgin.test").extendedErrors.contains { $0.code == 22 }
            }
            #expect(named)
            for server in laboratory.operatorA { server.recover() }
            let fresh = Patience.wait(60) {
                let answer = laboratory.dig().ask("alias.virgin.test")
                return answer.status == "NOERROR" && answer.extendedErrors.isEmpty
            }
            #expect(fresh)
        }
    }

    @Test(
        "With a copy of the root that comes first, everything resolves while the root's servers are away (RFC 8806)"
    )
    func rootCopy() throws {
        try withResolver { laboratory in
            #expect(laboratory.resolver.stop() == 0)
            let zones = "zones: [{ name: ., primaries: [10.53.0.1], use: always }]\n"
            try laboratory.startResolver(with: zones)
            #expect(Patience.wait(10) { laboratory.resolver.log.contains("by AXFR") })
            laboratory.servers[0].fallSilent()
            #expect(laboratory.dig().ask("www.spread.test").values == ["10.53.3.80", "10.53.4.80"])
            #expect(laboratory.dig().ask("name.of.no.tld.nonesuch").status == "NXDOMAIN")
            laboratory.servers[0].recover()
        }
    }
}
