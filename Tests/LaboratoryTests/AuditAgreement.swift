import Foundation
import Laboratory
import Testing

/// One zone audited by `afterglow audit` and by Zonemaster's CONNECTIVITY03, which are to say the same of its ASes.
struct AuditAgreement {
    private struct Report: Decodable {
        struct Finding: Decodable { let tag: String }
        let findings: [Finding]
    }

    /// A profile of Zonemaster that asks `asn.test` for the AS of an address, and leaves IPv6 alone.
    static let profile = """
        {"asn_db": {"style": "Cymru", "sources": {"Cymru": ["asn.test"]}}, "net": {"ipv4": true, "ipv6": false}}
        """

    /// The path of that profile, of the root hints, and of our configuration.
    let profile: String
    let hints: String
    let configuration: String
    /// Runs a program where the name servers can be reached, for so many seconds at most.
    let run: (_ arguments: [String], _ limit: Int) -> Command

    /// Expects both to tell `tag` of a zone, and no other number of ASes.
    func expect(_ tag: String, of zone: String, _ executable: String) throws {
        let theirs = run(
            [
                "zonemaster-cli", "--profile", profile, "--hints", hints, "--no-ipv6", "--raw", "--level",
                "INFO", "--test", "Connectivity/connectivity03", zone,
            ], 60)
        let ours = run([executable, "audit", zone, "--json", "--config", configuration], 30)
        // It exits with 1 where one network can take the zone down.
        #expect(ours.status == (tag == "IPV4_ONE_ASN" ? 1 : 0), "\(zone): \(ours.complaint)")
        let report = try JSONDecoder().decode(Report.self, from: Data(ours.output.utf8))
        let said = report.findings.map(\.tag).filter { $0.hasSuffix("_ASN") && $0.hasPrefix("IPV4_") }
        #expect(said == [tag], "\(zone): \(ours.output)")
        #expect(theirs.output.contains(tag), "\(zone): \(theirs.output) \(theirs.complaint)")
        for other in ["IPV4_ONE_ASN", "IPV4_SAME_ASN", "IPV4_DIFFERENT_ASN"] where other != tag {
            #expect(!theirs.output.contains(other), "\(zone): \(theirs.output)")
        }
    }
}
