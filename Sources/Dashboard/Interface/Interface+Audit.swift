import Auditing
import DNSWire
import Journal
import Primitives

extension Interface {
    /// Audits of the zones given; without one, what the loss of each network would take down among those seen lately.
    func audit(_ request: WebRequest, now: Timestamp) async throws -> WebReply {
        let asked = try AuditRequest(request)
        let parameters = asked.zones.isEmpty ? ["zone", "limit", "after"] : ["zone"]
        let selection = try Selection(request, parameters: parameters, now: now)
        let seen = await site.seenLog(now: now)
        guard !asked.zones.isEmpty else { return try shares(seen.shares, selection, request) }
        let outcomes = try await asked.run(by: site.audits, seen)
        let reports = outcomes.compactMap { try? $0.result.get() }
        let problems = outcomes.compactMap { outcome -> (zone: String, detail: String)? in
            guard case .failure(let problem) = outcome.result else { return nil }
            return (outcome.zone.withoutFinalDot, problem.description)
        }
        guard !reports.isEmpty else {
            let isLate = outcomes.contains {
                if case .failure(.unfinished) = $0.result { true } else { false }
            }
            let detail = problems.map { "\($0.zone): \($0.detail)" }.joined(separator: "; ")
            throw WebProblem(isLate ? 503 : 404, isLate ? "Not done in time" : "Not found", detail)
        }
        switch selection.form {
        case .csv:
            let rows = AuditReport.findingsHeader + reports.flatMap(\.findingRows)
            return Listing(octets: rows).reply(to: request, as: .csv)
        case .json: return try Self.reply(reports, problems)
        }
    }

    private static func reply(
        _ reports: [AuditReport], _ problems: [(zone: String, detail: String)]
    ) throws -> WebReply {
        var json = JSONText()
        json.object { json in
            json.field(
                "problems",
                array: { json in
                    for problem in problems {
                        json.object {
                            $0.field("zone", problem.zone)
                            $0.field("detail", problem.detail)
                        }
                    }
                })
        }
        let lines = try reports.map { String(decoding: try $0.jsonLine.dropLast(), as: UTF8.self) }
        let items = "{\"items\":[\n\(lines.joined(separator: ",\n"))],\n"
        return WebReply(
            type: "application/json", headers: [("vary", "accept")],
            items + json.text.dropFirst().dropLast() + ",\n\"next\":null}\n")
    }

    private func shares(_ seen: SeenZones, _ selection: Selection, _ request: WebRequest) throws -> WebReply {
        let last = try selection.key(2)
        let found = seen.shares.sorted {
            Self.key($0).lexicographicallyPrecedes(Self.key($1))
        }
        let rest = last.map { last in found.filter { last.lexicographicallyPrecedes(Self.key($0)) } } ?? found
        let page = rest.prefix(selection.limit)
        let next = rest.count > page.count ? page.last.map { LogCursor(texts: Self.key($0)) } : nil
        let isTable = selection.form == .csv
        let runway = site.runway
        let lines = page.flatMap { $0.line(asTable: isTable, runway: runway) }
        return Listing(octets: (isTable ? SeenZones.Share.tableHeader : []) + lines, next: next)
            .reply(to: request, as: selection.form)
    }

    /// What shares are ordered by, as text: those with most zones first, then the network.
    private static func key(_ share: SeenZones.Share) -> [String] {
        let digits = { (number: UInt64) in
            let text = String(number)
            return String(repeating: "0", count: max(0, 20 - text.count)) + text
        }
        let network =
            switch share.network {
            case .network(let number): digits(UInt64(number.value))
            case .prefix(let prefix): "p\(prefix)"
            case .server(let address): "s\(address)"
            }
        return [digits(UInt64.max - UInt64(share.zones.count)), network]
    }
}
