import Foundation
import Laboratory
import Testing

/// `afterglow audit` and Zonemaster say the same of where name servers stand.
///
/// Debian's Zonemaster has CONNECTIVITY03 and not yet CONNECTIVITY04.
@Suite(
    "Audit beside Zonemaster, in the laboratory", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(if: Command.exists("zonemaster-cli"), "SKIPPED without zonemaster-cli"))
struct AuditAgreementTests {
    private struct Report: Decodable {
        struct Finding: Decodable {
            let tag: String
        }
        let zone: String
        let findings: [Finding]
    }

    @Test(
        "CONNECTIVITY03: one AS, several, and servers of two operators",
        arguments: [
            [
                "virgin.test": "IPV4_ONE_ASN", "spread.test": "IPV4_DIFFERENT_ASN",
                "mixed.test": "IPV4_DIFFERENT_ASN",
            ]
        ])
    func autonomousSystems(expected: [String: String]) throws {
        let executable = try #require(LaboratoryAvailability.afterglow)
        let laboratory = try Laboratory(zones: LaboratoryAvailability.zones, resolver: .afterglow(executable))
        defer { laboratory.tearDown() }
        let hints = LaboratoryAvailability.zones.appendingPathComponent("root.hints").path
        let profile = try laboratory.write(
            """
            {"asn_db": {"style": "Cymru", "sources": {"Cymru": ["asn.test"]}}, "net": {"ipv4": true, "ipv6": false}}
            """, to: "profile.json")
        let origins = URL(fileURLWithPath: laboratory.zoneFile("test")).deletingLastPathComponent()
            .appendingPathComponent("origins.tsv").path
        let configuration = try laboratory.write(
            """
            resolver: { root-hints: "\(hints)", ipv6: false, special-use-names: false }
            routing: { tables: [{ file: "\(origins)", format: iptoasn }], origin-dns: off }
            """, to: "audit.yaml")
        for (zone, tag) in expected {
            let theirs = laboratory.run(
                [
                    "zonemaster-cli", "--profile", profile, "--hints", hints, "--no-ipv6", "--raw", "--level",
                    "INFO", "--test", "Connectivity/connectivity03", zone,
                ], limit: 60)
            let ours = laboratory.run([executable, "audit", zone, "--json", "--config", configuration])
            let report = try JSONDecoder().decode(Report.self, from: Data(ours.output.utf8))
            let said = report.findings.map(\.tag).filter { $0.hasSuffix("_ASN") && $0.hasPrefix("IPV4_") }
            #expect(said == [tag], "\(zone): \(ours.output)")
            #expect(theirs.output.contains(tag), "\(zone): \(theirs.output) \(theirs.complaint)")
            for other in ["IPV4_ONE_ASN", "IPV4_SAME_ASN", "IPV4_DIFFERENT_ASN"] where other != tag {
                #expect(!theirs.output.contains(other), "\(zone): \(theirs.output)")
            }
        }
    }
}
