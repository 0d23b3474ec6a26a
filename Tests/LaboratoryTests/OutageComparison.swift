import Foundation
import Laboratory
import Testing

/// The same troubles for Afterglow and for other resolvers, in one run; prints a table. `make compare-outages`.
@Suite(
    "Afterglow beside other resolvers in outages", .serialized,
    .enabled(if: LaboratoryAvailability.possible, LaboratoryAvailability.comment),
    .enabled(if: LaboratoryAvailability.resolving, LaboratoryAvailability.resolverComment),
    .enabled(
        if: ProcessInfo.processInfo.environment["AFTERGLOW_COMPARE"] != nil,
        "SKIPPED unless AFTERGLOW_COMPARE is set: it compares, it does not check"))
struct OutageComparison {
    private static let others = 6

    @Test("What clients get in each trouble, from each resolver that is installed")
    func table() throws {
        print(OutageReport.heading)
        for trouble in [OutageTrouble.silence, .linkCut, .ownUplink] {
            for (name, software) in try resolvers() {
                let laboratory = try Laboratory(
                    zones: LaboratoryAvailability.zones, resolver: software, others: Self.others)
                defer { laboratory.tearDown() }
                let more = if case .afterglow = software { OutageDrill.configuration(laboratory) } else { "" }
                try laboratory.startResolver(with: more)
                let drill = try OutageDrill(trouble, in: laboratory, others: Self.others)
                print(OutageReport(trouble, name, drill).lines)
                #expect(drill.before["other"].share("NOERROR") > 0.9)
            }
        }
    }

    private func resolvers() throws -> [(String, ResolverProcess.Software)] {
        var all: [(String, ResolverProcess.Software)] = [
            ("Afterglow", .afterglow(try #require(LaboratoryAvailability.afterglow)))
        ]
        if Command.exists("unbound") { all.append(("Unbound", .unbound)) }
        if Command.exists("kresd") { all.append(("Knot Resolver", .knotResolver)) }
        return all
    }
}
