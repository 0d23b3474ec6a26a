import Dashboard
import Foundation
import Journal
import Laboratory
import Primitives
import Testing

/// The interface for programs.
struct InterfaceTests {
    private let log: PageLog

    init() throws { log = try PageLog.shared.get() }

    private func json(_ target: String) async throws -> [String: Any] {
        let reply = await log.get("/api/v1/\(target)")
        try #require(reply.status == 200, "\(String(decoding: reply.octets, as: UTF8.self))")
        return try #require(try JSONSerialization.jsonObject(with: Data(reply.octets)) as? [String: Any])
    }

    private static func text(_ item: [String: Any]) throws -> String {
        String(
            decoding: try JSONSerialization.data(withJSONObject: item, options: .sortedKeys), as: UTF8.self)
    }

    private func items(_ target: String) async throws -> [[String: Any]] {
        try #require(try await json(target)["items"] as? [[String: Any]])
    }

    @Test(arguments: ExportKind.allCases)
    func `the records are the lines of the export`(_ kind: ExportKind) async throws {
        var exported: [UInt8] = []
        try JournalReader(path: log.path).export(kind, format: .jsonl, now: PageLog.now) { exported += $0 }
        let lines = String(decoding: exported, as: UTF8.self).split(separator: "\n").prefix(100)
        let text = await log.text("/api/v1/\(kind.rawValue)?order=oldest&since=2023-01-01")
        let items = text.split(separator: "\n").dropFirst().prefix(lines.count).map {
            $0.hasSuffix("}],") ? $0.dropLast(2) : $0.dropLast()
        }
        #expect(items.map(String.init) == lines.map(String.init))
        #expect(!lines.isEmpty)
    }

    @Test(arguments: ["outages", "observations", "routes", "networks", "zones"])
    func `pages follow each other by their cursors, in JSON and in CSV, until all was given once`(
        _ resource: String
    ) async throws {
        let since =
            ["networks", "zones"].contains(resource) ? "" : resource == "outages" ? "&since=10h" : "&since=1h"
        let all = try await items("\(resource)?limit=1000\(since)").map(Self.text)
        var found: [String] = []
        var rows = 0
        let limit = max(1, (all.count + 2) / 3)
        var target: String? = "/api/v1/\(resource)?limit=\(limit)\(since)"
        while let next = target {
            let reply = await log.get(next)
            let page = try #require(
                try JSONSerialization.jsonObject(with: Data(reply.octets)) as? [String: Any])
            found += try (page["items"] as? [[String: Any]] ?? []).map(Self.text)
            rows +=
                await log.text(next + "&format=csv").split(separator: "\r\n").joined().split(separator: "\n")
                .count - 1
            let link = reply.headers.first { $0.name == "link" }?.value
            target = link.map { String($0.dropFirst().prefix { $0 != ">" }) }
            #expect((page["next"] is NSNull) == (target == nil))
        }
        #expect(found == all && !all.isEmpty)
        #expect(rows >= all.count)
    }

    @Test func `CSV is given to who asks for it`() async {
        let reply = await log.get("/api/v1/outages", headers: ["accept": "text/csv"])
        #expect(reply.headers.contains { $0.name == "content-type" && $0.value.hasPrefix("text/csv") })
        #expect(reply.octets.starts(with: Array("schema,id,scope".utf8)))
    }

    @Test func `filters are those of the command line`() async throws {
        #expect(try await items("outages?asn=AS5089").count == 2)
        #expect(try await items("outages?asn=1").isEmpty)
        #expect(try await items("outages?zone=VIRGINMEDIA.com").count == 3)
        #expect(try await items("outages?since=3h").count == 1)
        #expect(try await items("outages?until=2023-04-04T04:00:00Z").count == 2)
        #expect(
            try await items("observations?zone=virginmedia.com&since=30m").allSatisfy {
                $0["scope"] as? String == "server"
            })
        #expect(try await items("networks?state=down").count == 1)
        #expect(try await items("zones?q=both").first?["state"] as? String == "degraded")
        let one = try await json("outages/\(PageLog.openID)")
        #expect(one["id"] as? String == PageLog.openID)
    }

    @Test(arguments: [
        ("outages?since=yesterday", "since:"), ("outages?limit=0", "limit:"),
        ("outages?limit=5000", "limit:"),
        ("outages?asn=five", "asn:"), ("outages?after=AAAA", "after:"), ("networks?after=dHg", "after:"),
        ("outages?colour=red", "'colour'"), ("outages?format=xml", "format:"),
        ("outages?order=best", "order:"),
        ("networks?state=tired", "state:"), ("outages?since=1h&until=2h", "until:"),
    ])
    func `a mistake is named, as a problem (RFC 9457)`(_ target: String, _ words: String) async throws {
        let reply = await log.get("/api/v1/\(target)")
        #expect(reply.status == 400)
        #expect(
            reply.headers.contains { $0.name == "content-type" && $0.value == "application/problem+json" })
        let problem = try #require(
            try JSONSerialization.jsonObject(with: Data(reply.octets)) as? [String: Any])
        #expect(problem["status"] as? Int == 400)
        #expect((problem["detail"] as? String ?? "").contains(words))
    }

    @Test func `the description names every field, parameter and resource`() async throws {
        let document = try await json("openapi.json")
        let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: Any])
        let parameters = try #require(
            (document["components"] as? [String: Any])?["parameters"] as? [String: Any])
        let paths = try #require(document["paths"] as? [String: Any])
        for (resource, schema) in [
            ("outages", "Outage"), ("observations", "Observation"), ("routes", "Route"),
            ("networks", "Network"),
            ("zones", "Zone"), ("audit", "NetworkLoss"),
        ] {
            let described = (schemas[schema] as? [String: Any])?["properties"] as? [String: Any]
            let given = try #require(try await items("\(resource)?limit=1").first)
            #expect(Set(described?.keys.map(\.self) ?? []) == Set(given.keys), "\(resource)")
            let operation = (paths["/api/v1/\(resource)"] as? [String: Any])?["get"] as? [String: Any]
            for parameter in operation?["parameters"] as? [[String: String]] ?? [] {
                let key = String(parameter["$ref"]?.split(separator: "/").last ?? "")
                let name = try #require((parameters[key] as? [String: Any])?["name"] as? String)
                let status = await log.get("/api/v1/\(resource)?\(name)=").status
                #expect(status == 200, "\(resource) \(name)")
            }
        }
        #expect(paths.count == 7)
        let audit = try #require(try await items("audit?zone=example.com").first)
        let described = (schemas["Audit"] as? [String: Any])?["properties"] as? [String: Any]
        #expect(Set(described?.keys.map(\.self) ?? []) == Set(audit.keys))
    }

    @Test(
        .enabled(
            if: Command.run(["python3", "-c", "import openapi_spec_validator"]).succeeded,
            "SKIPPED without Python's openapi-spec-validator"))
    func `the description is OpenAPI 3_1`() async throws {
        let file = log.directory.appendingPathComponent("openapi.json")
        try Data(await log.get("/api/v1/openapi.json").octets).write(to: file)
        let run = Command.run([
            "python3", "-c",
            "import json, sys; from openapi_spec_validator import validate; validate(json.load(open(sys.argv[1])))",
            file.path,
        ])
        #expect(run.succeeded, "\(run.complaint)")
    }
}
