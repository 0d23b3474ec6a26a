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
        let origins = URL(fileURLWithPath: laboratory.zoneFile("test")).deletingLastPathComponent()
            .appendingPathComponent("origins.tsv").path
        let configuration = try laboratory.write(
            """
            resolver: { root-hints: "\(hints)", ipv6: false, special-use-names: false }
            routing: { tables: [{ file: "\(origins)", format: iptoasn }], origin-dns: off }
            """, to: "audit.yaml")
        let agreement = AuditAgreement(
            profile: try laboratory.write(AuditAgreement.profile, to: "profile.json"), hints: hints,
            configuration: configuration
        ) { laboratory.run($0, limit: $1) }
        for (zone, tag) in expected { try agreement.expect(tag, of: zone, executable) }
    }
}
