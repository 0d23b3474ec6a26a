import Foundation
import Laboratory
import Testing

extension Laboratory {
    /// What the resolver's own log says of outages.
    fileprivate func outages(_ afterglow: String) -> String {
        run([afterglow, "outages", "--database", resolver.database.path]).output
    }
}

/// What clients get before, during and after an outage, measured at the client. The bounds on latency leave room for a
/// busy machine; what is typical stands in the README.
@Suite(
    "Clients before, during and after an outage", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment))
struct OutageServiceTests {
    private static let others = 6

    private func drill(
        _ trouble: OutageTrouble, keepingLog: Bool = true, _ check: (OutageDrill, Laboratory) throws -> Void
    ) throws {
        let path = try #require(LaboratoryAvailability.afterglow)
        let laboratory = try Laboratory(
            zones: LaboratoryAvailability.zones, resolver: .afterglow(path), others: Self.others)
        defer { laboratory.tearDown() }
        try laboratory.startResolver(
            with: OutageDrill.configuration(laboratory), keepingLog: keepingLog)
        let drill = try OutageDrill(trouble, in: laboratory, others: Self.others)
        print(OutageReport(trouble, "Afterglow", drill).lines)
        for group in OutageDrill.groups { #expect(drill.before[group].share("NOERROR") == 1) }
        try check(drill, laboratory)
        #expect(drill.freshAfter.map { $0 < 60 } == true)
        let isServed = OutageDrill.groups.allSatisfy { drill.after[$0].share("NOERROR") == 1 }
        #expect(isServed, "\(drill.after)\n\(laboratory.outages(path))")
    }

    /// Names of operator A are stale, from the copy, or refused at once with the reason; all others are as ever.
    private func expectLadder(_ drill: OutageDrill) {
        #expect(drill.during["known"].share("NOERROR") == 1)
        #expect(drill.during["copy"].share("NOERROR") == 1)
        #expect(drill.during["mixed"].share("NOERROR") == 1)
        #expect(drill.during["other"].share("NOERROR") == 1)
        #expect(drill.during["new"].share("SERVFAIL") == 1)
        let codes = drill.samples.mapValues { $0.extendedErrors.map(\.code) }
        // An answer that came before the resolution had failed does not have its reason.
        #expect(codes["known"]?.first == 3)
        #expect(codes["copy"]?.first == 0)
        #expect(codes["new"]?.first == 22)
        #expect(codes["mixed"] == [])
        #expect(
            drill.samples["copy"]?.extendedErrors.first?.text.hasPrefix("answered from local copy, serial 7")
                == true)
        let reason = drill.samples["new"]?.extendedErrors.first?.text ?? ""
        #expect(reason.hasPrefix("virgin.test: 2/2 name servers "), "\(reason)")
    }

    @Test(
        "A link is cut: names of the network are stale, from the copy or refused at once; others are as ever")
    func linkCut() throws {
        try drill(.linkCut) { drill, _ in expectLadder(drill) }
    }

    @Test("A network is silent behind a live route: the same")
    func silence() throws {
        try drill(.silence) { drill, _ in expectLadder(drill) }
    }

    @Test("All name servers of a network are stopped: the same, also by a resolver that keeps no log")
    func serversStopped() throws {
        try drill(.serversStopped, keepingLog: false) { drill, laboratory in
            expectLadder(drill)
            #expect(laboratory.resolver.log.contains("reachability log: off"))
            #expect(laboratory.resolver.log.contains("outage: "))
            #expect(!FileManager.default.fileExists(atPath: laboratory.resolver.database.path))
        }
    }

    @Test("One of two name servers is stopped: every name is answered")
    func halfStopped() throws {
        try drill(.halfStopped) { drill, _ in
            for group in OutageDrill.groups { #expect(drill.during[group].share("NOERROR") == 1) }
        }
    }

    @Test("IPv6 alone is away: every name is answered")
    func ipv6Only() throws {
        try drill(.ipv6Only) { drill, _ in
            for group in OutageDrill.groups { #expect(drill.during[group].share("NOERROR") == 1) }
        }
    }

    @Test("Our own uplink is away: stale, copies, and failures that say so at once")
    func ownUplink() throws {
        try drill(.ownUplink) { drill, _ in
            #expect(drill.during["known"].share("NOERROR") == 1)
            #expect(drill.during["copy"].share("NOERROR") == 1)
            // One question in two hundred has been seen to take longer than its client waits.
            #expect(drill.during["new"].share("SERVFAIL") >= 0.99)
            let text = drill.samples["new"]?.extendedErrors.first?.text ?? ""
            #expect(text.hasPrefix("virgin.test: this resolver's own uplink is down since"))
        }
    }
}
