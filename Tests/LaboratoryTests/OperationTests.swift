import Foundation
import Laboratory
import Testing

/// What an operator does beside serving: resolving once, and reloading.
@Suite(
    "Operating the resolver, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct OperationTests {
    @Test("`resolve --trace` names server, address, prefix and AS of each step, from the root down")
    func trace() throws {
        try withResolver { laboratory in
            let path = try #require(LaboratoryAvailability.afterglow)
            let configuration = laboratory.resolver.configuration.path
            let run = laboratory.run([
                path, "resolve", "www.glueless.test", "A", "--trace", "--json", "--config", configuration,
            ])
            #expect(run.succeeded, "\(run.complaint)")
            let lines = try run.output.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            let steps = lines.dropLast()
            #expect(steps.first?["zone"] as? String == ".")
            #expect(steps.first?["server"] as? String == "a.root.test.")
            let last = try #require(steps.last)
            #expect(last["zone"] as? String == "glueless.test.")
            #expect(last["server"] as? String == "ns-b.spread.test.")
            #expect(last["asn"] as? Int == 64503)
            #expect(last["outcome"] as? String == "NOERROR")
            #expect(lines.last?["status"] as? String == "NOERROR")
        }
    }

    @Test("SIGHUP takes a new configuration and keeps the cache; a broken one leaves the old in place")
    func reload() throws {
        try withResolver { laboratory in
            let configuration = laboratory.resolver.configuration
            let text = try String(contentsOf: configuration, encoding: .utf8)
            #expect(laboratory.dig().ask("www.virgin.test").status == "NOERROR")
            for server in laboratory.operatorA { server.fallSilent() }

            try (text + "unknown-key: 1\n").write(to: configuration, atomically: true, encoding: .utf8)
            laboratory.resolver.reload()
            #expect(Patience.wait(10) { laboratory.resolver.log.contains("the old one stays") })
            #expect(laboratory.resolver.log.contains("unknown key 'unknown-key'"))
            #expect(laboratory.dig().ask("www.virgin.test").status == "NOERROR")

            let changed = text.replacingOccurrences(
                of: "special-use-names: false", with: "special-use-names: true")
            try changed.write(to: configuration, atomically: true, encoding: .utf8)
            laboratory.resolver.reload()
            // test. is a special-use name (RFC 6761) once those are answered here.
            #expect(Patience.wait(10) { laboratory.dig().ask("www.virgin.test").status == "NXDOMAIN" })

            try text.write(to: configuration, atomically: true, encoding: .utf8)
            laboratory.resolver.reload()
            #expect(Patience.wait(10) { laboratory.dig().ask("www.virgin.test").status == "NOERROR" })
            for server in laboratory.operatorA { server.recover() }
        }
    }

    @Test("A table of networks that is broken on SIGHUP leaves the old one, and the log has file and line")
    func reloadTable() throws {
        try withResolver { laboratory in
            let name = "zones/origins.tsv"
            let table = laboratory.path(of: name)
            let text = try String(contentsOfFile: table, encoding: .utf8)
            let reason = { (name: String) in
                laboratory.dig().ask("\(name).virgin.test").extendedErrors.first?.text ?? ""
            }
            #expect(laboratory.dig().ask("www.virgin.test").status == "NOERROR")
            for server in laboratory.operatorA { server.fallSilent() }

            _ = try laboratory.write("not an address\n" + text, to: name)
            laboratory.resolver.reload()
            #expect(Patience.wait(10) { laboratory.resolver.log.contains("\(table):1") })
            #expect(Patience.wait(10) { reason("one").contains("AS64502 OPERATOR-A") })

            _ = try laboratory.write(text.replacing("OPERATOR-A", with: "RENAMED-A"), to: name)
            laboratory.resolver.reload()
            #expect(Patience.wait(10) { reason("two").contains("AS64502 RENAMED-A") })
            for server in laboratory.operatorA { server.recover() }
        }
    }

    @Test(
        "A name that is asked for all the time is asked for again before it runs out: nobody gets its whole TTL"
    )
    func prefetch() throws {
        try withResolver { laboratory in
            let ttl = { laboratory.dig().ask("www.brief.virgin.test").ttls.first ?? 0 }
            #expect(ttl() == 20)
            var last = 20
            // What was fetched two seconds before the end has lived as long when the old answer ends.
            let isRenewed = Patience.wait(40) {
                let next = ttl()
                defer { last = next }
                return next > last + 5
            }
            #expect(isRenewed)
            #expect((15..<20).contains(last))
        }
    }

    @Test("SIGTERM lets running answers leave before the end")
    func drain() throws {
        try withResolver { laboratory in
            _ = laboratory.dig().ask("virgin.test", "SOA")
            for server in laboratory.operatorA { server.fallSilent() }
            let sent = datagramsSent(laboratory)
            let output = try laboratory.start(beside: [
                "dig", "@127.0.0.1", "www.virgin.test", "+tries=1", "+time=10",
            ])
            // The query itself, and the one that goes to a silent server.
            #expect(Patience.wait(10) { datagramsSent(laboratory) >= sent + 2 })
            for server in laboratory.operatorA { server.recover() }
            #expect(laboratory.resolver.stop() == 0)
            let answered = Patience.wait(5) {
                (try? String(contentsOf: output, encoding: .utf8))?.contains("status: NOERROR") == true
            }
            #expect(answered)
        }
    }

    @Test(
        "A restart in the middle of an outage keeps what was known; a damaged snapshot is told, and left aside"
    )
    func restartInOutage() throws {
        try withResolver { laboratory in
            #expect(laboratory.dig().ask("short.virgin.test").status == "NOERROR")
            for server in laboratory.operatorA { server.fallSilent() }
            #expect(laboratory.resolver.stop() == 0)
            try laboratory.startResolver()
            #expect(Patience.wait(10) { laboratory.resolver.log.contains("info cache: ") })
            var answer = laboratory.dig().ask("short.virgin.test")
            let becameStale = Patience.wait(20) {
                answer = laboratory.dig().ask("short.virgin.test")
                return answer.extendedErrors.contains { $0.code == 3 }
            }
            #expect(becameStale)
            #expect(answer.status == "NOERROR")
            #expect(answer.values == ["10.53.2.81"])

            #expect(laboratory.resolver.stop() == 0)
            let snapshot = laboratory.resolver.folder.appendingPathComponent("cache.snapshot")
            var octets = try Data(contentsOf: snapshot)
            octets[octets.count / 2] ^= 1
            try octets.write(to: snapshot)
            try laboratory.startResolver()
            #expect(Patience.wait(10) { laboratory.resolver.log.contains("the cache begins empty") })
            #expect(laboratory.dig().ask("short.virgin.test").status == "SERVFAIL")
            for server in laboratory.operatorA { server.recover() }
        }
    }

    /// The datagrams sent so far on the resolver's machine, by the kernel's count.
    private func datagramsSent(_ laboratory: Laboratory) -> Int {
        let lines = laboratory.run(["cat", "/proc/net/snmp"]).output.split(separator: "\n")
        let fields = lines.last { $0.hasPrefix("Udp: ") }?.split(separator: " ") ?? []
        return fields.count > 4 ? Int(fields[4]) ?? 0 : 0
    }
}
