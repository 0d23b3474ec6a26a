package import Auditing
package import DNSWire

/// How the site has zones audited: by the resolver that it belongs to.
package struct Audits: Sendable {
    /// What came of each zone, in the order of asking; nil while another audit is under way.
    package typealias Run =
        @Sendable ([Name], SeenLog) async -> [Result<AuditReport, AuditProblem>]?

    let run: Run
    /// The seconds for which a zone, with the final dot, is still answered out of the cache; nil where nothing is cached.
    let runway: @Sendable (String) -> UInt32?

    package init(run: @escaping Run, runway: @escaping @Sendable (String) -> UInt32?) {
        self.run = run
        self.runway = runway
    }
}

/// The zones that a request wants audited: parameters named `zone`, each with one or several names.
struct AuditRequest {
    /// Zones of one request: each may take some hundred look-ups.
    static let zonesMax = 5
    /// After how many seconds an audit that found another under way may be tried again.
    private static let pause = 10

    let zones: [Name]

    init(_ request: WebRequest) throws {
        let texts = request.query.filter { $0.name == "zone" }.flatMap {
            $0.value.split { $0 == "," || $0.isWhitespace }
        }
        var zones: [Name] = []
        for zone in try texts.map(Self.name) where !zones.contains(zone) { zones.append(zone) }
        guard zones.count <= Self.zonesMax else {
            throw WebProblem.badRequest("zone: \(Self.zonesMax) zones at most are audited at a time")
        }
        // An audit asks strangers' servers: pages elsewhere must not be able to begin one by a link or a picture.
        if !zones.isEmpty, ["cross-site", "same-site"].contains(request.headers["sec-fetch-site"]) {
            throw WebProblem(403, "Forbidden", "audits are not begun from other sites")
        }
        self.zones = zones
    }

    private static func name(_ text: Substring) throws -> Name {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw WebProblem.badRequest("zone: '\(text)': write it in ASCII, as in xn--bcher-kva.example")
        }
        do { return try Name.audited(String(text)) } catch { throw WebProblem.badRequest("zone: \(error)") }
    }

    /// What came of each zone; throws where none can be audited now.
    func run(by audits: Audits?, _ seen: SeenLog) async throws -> [AuditOutcome] {
        guard !zones.isEmpty else { return [] }
        guard let audits else {
            throw WebProblem(503, "No resolver", "zones are audited by a running resolver")
        }
        guard let results = await audits.run(zones, seen) else {
            throw WebProblem(
                429, "Another audit is under way",
                "one audit runs at a time; try again in \(Self.pause) seconds", retryAfter: Self.pause)
        }
        return zip(zones, results).map { AuditOutcome(zone: $0, result: $1) }
    }
}

/// What came of one zone.
struct AuditOutcome {
    let zone: Name
    let result: Result<AuditReport, AuditProblem>
}
