import Laboratory
import Testing

/// A laboratory with the product running in it, torn down after the test.
func withResolver(ipv4: Bool = true, _ body: (Laboratory) throws -> Void) throws {
    let path = try #require(LaboratoryAvailability.afterglow)
    let software: ResolverProcess.Software = path.hasSuffix("unbound") ? .unbound : .afterglow(path)
    let laboratory = try Laboratory(zones: LaboratoryAvailability.zones, resolver: software, ipv4: ipv4)
    defer { laboratory.tearDown() }
    try laboratory.startResolver()
    try body(laboratory)
}
