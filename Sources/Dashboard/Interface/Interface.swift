import Journal
import Primitives
import Reachability

/// The interface for programs under `/api/v1`: the records of the log as JSON or CSV, in pages.
struct Interface: Sendable {
    let site: Site

    func reply(to request: WebRequest) async throws -> WebReply {
        guard request.path[1] == "v1" else { throw WebProblem.notFound("only /api/v1 exists") }
        let now = site.clock()
        switch (request.path[2], request.path.count) {
        case ("openapi.json", 3):
            return WebReply(
                type: "application/vnd.oai.openapi+json;version=3.1", PackageResources.openapi_json)
        case ("outages", 3): return try await records(.outages, request, now: now)
        case ("outages", 4): return try await outage(request.path[3], request)
        case ("observations", 3): return try await records(.observations, request, now: now)
        case ("routes", 3): return try await records(.routes, request, now: now)
        case ("networks", 3): return try await networks(request, now: now)
        case ("zones", 3): return try await zones(request, now: now)
        case ("audit", 3): return try await audit(request, now: now)
        default: throw WebProblem.notFound("there is no such resource; /api/v1/openapi.json lists them")
        }
    }

    private func records(_ kind: ExportKind, _ request: WebRequest, now: Timestamp) async throws -> WebReply {
        let selection = try Selection(request, for: kind, now: now)
        let page = try await site.lanes.read { reader in
            try reader.page(
                of: kind, selection.filter, asTable: selection.form == .csv,
                newestFirst: selection.newestFirst,
                after: selection.cursor, limit: selection.limit)
        }
        guard let page else { throw Selection.badCursor }
        return Listing(octets: page.octets, next: page.next).reply(to: request, as: selection.form)
    }

    private func outage(_ id: String, _ request: WebRequest) async throws -> WebReply {
        _ = try Selection(request, parameters: [], now: site.clock())
        guard let outage = try await site.lanes.read({ try $0.outage(id) }) else {
            throw WebProblem.notFound("there is no outage with the id '\(id)'")
        }
        return WebReply(type: "application/json", outage.jsonLine)
    }

    private func networks(_ request: WebRequest, now: Timestamp) async throws -> WebReply {
        let selection = try Selection(request, parameters: ["asn", "q", "state", "limit", "after"], now: now)
        let last = try selection.key(2)
        let found = try await site.lanes.read { reader in
            NetworkSearch(selection.text, state: selection.state)
                .select(try reader.networks(asn: selection.filter.asn, now: now))
        }
        let rest = last.map { last in found.filter { last.lexicographicallyPrecedes(Self.key($0)) } } ?? found
        let page = rest.prefix(selection.limit)
        let next = rest.count > page.count ? page.last.map { LogCursor(texts: Self.key($0)) } : nil
        let isTable = selection.form == .csv
        let lines = page.flatMap { isTable ? $0.tableRows : $0.jsonLine }
        return Listing(octets: (isTable ? NetworkSummary.tableHeader : []) + lines, next: next)
            .reply(to: request, as: selection.form)
    }

    /// What networks are ordered by: the AS number in digits of equal count, then the prefix.
    private static func key(_ network: NetworkSummary) -> [String] {
        let number = String(network.asn?.value ?? .max)
        return [String(repeating: "0", count: 10 - number.count) + number, network.prefix]
    }

    private func zones(_ request: WebRequest, now: Timestamp) async throws -> WebReply {
        let selection = try Selection(request, parameters: ["q", "limit", "after"], now: now)
        let last = try selection.key(1)?.first ?? ""
        let found = try await site.lanes.read {
            try $0.zones(containing: selection.text.lowercased(), after: last, limit: selection.limit + 1)
        }
        let page = found.prefix(selection.limit)
        let next = found.count > page.count ? page.last.map { LogCursor(texts: [$0.name]) } : nil
        let isTable = selection.form == .csv
        let lines = page.flatMap { $0.line(asTable: isTable) }
        return Listing(octets: (isTable ? ZoneSummary.tableHeader : []) + lines, next: next)
            .reply(to: request, as: selection.form)
    }
}

/// Lines of one page as a reply.
struct Listing {
    /// Lines of JSON or of CSV.
    var octets: [UInt8]
    var next: LogCursor?

    func reply(to request: WebRequest, as form: Selection.Form) -> WebReply {
        var headers: [(name: String, value: String)] = [("vary", "accept")]
        if let next { headers.append(("link", "<\(target(of: request, after: next))>; rel=\"next\"")) }
        switch form {
        case .csv: return WebReply(type: "text/csv; charset=utf-8; header=present", headers: headers, octets)
        case .json:
            var text = Array("{\"items\":[".utf8)
            let lines = octets.split(separator: UInt8(ascii: "\n"))
            for (index, line) in lines.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text.append(UInt8(ascii: "\n"))
                text += line
            }
            text += Array("],\n\"next\":\(next.map { "\"\($0.text)\"" } ?? "null")}\n".utf8)
            return WebReply(type: "application/json", headers: headers, text)
        }
    }

    private func target(of request: WebRequest, after cursor: LogCursor) -> String {
        let kept = request.query.filter { $0.name != "after" }.map {
            "\(WebRequest.encode($0.name))=\(WebRequest.encode($0.value))"
        }
        let path = request.path.map(WebRequest.encode).joined(separator: "/")
        return "/\(path)?" + (kept + ["after=\(cursor.text)"]).joined(separator: "&")
    }
}
