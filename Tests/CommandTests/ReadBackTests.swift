import Foundation
import Journal
import Laboratory
import Primitives
import Reachability
import Routing
import Testing

/// Everything that can be exported, read back by programs that other people wrote.
@Suite(.enabled(if: CommandLog.executable != nil, "SKIPPED: the executable is not built"))
struct ReadBackTests {
    private let log: CommandLog

    /// The fields of each kind of record, and of the other formats of outages, in the order of their names.
    private static let fields: [String: [String]] = [
        "observations --format jsonl": [
            "af", "answered", "as_name", "asn", "baseline_ratio", "belief_up", "bgp_peers_seeing",
            "bgp_peers_total", "bgp_visible", "bucket_s", "key", "lame", "malformed", "prefix", "refused",
            "rtt_p50_ms", "rtt_p95_ms", "schema", "scope", "sent", "servfail", "state", "timeouts",
            "transport",
            "ts", "unreachable", "unreachable_by",
        ],
        "outages --format jsonl": [
            "af", "as_name", "asn", "confidence", "ede_codes", "end", "evidence", "fallback_used", "flaps",
            "fraction", "id", "key", "kind", "own_nameservers", "prefixes", "schema", "scope", "start",
            "start_uncertainty_s", "state", "zones_degraded", "zones_lost",
        ],
        "routes --format jsonl": [
            "af", "announcements", "as_name", "asn", "bucket_s", "peers", "prefixes_visible", "schema",
            "slash24_or_48_visible", "ts", "withdrawals",
        ],
        // IODA's events in the Common Outage Data Format (ISI-TR-729; InetIntel/ioda-api, OutagesEventNormalizer).
        "outages --format codf": [
            "datasource", "duration", "fraction", "location", "location_name", "method", "overlaps_window",
            "score", "start", "status", "uncertainty",
        ],
        // Cloudflare Radar's annotations (GET /radar/annotations/outages).
        "outages --format radar": [
            "asns", "asnsDetails", "dataSource", "description", "endDate", "eventType", "id", "linkedUrl",
            "locations", "locationsDetails", "outage", "scope", "startDate",
        ],
    ]

    init() throws {
        log = try CommandLog()
        log.fill { writer in
            for minute in Int64(0)..<20 {
                let time = Timestamp(seconds: 1_680_568_200 + minute * 60)
                for host in UInt32(1)...3 {
                    writer.record(
                        Observation(
                            time: time, server: IPAddress(ipv4: 0x3EFD_A200 + host), zone: "virginmedia.com.",
                            transport: host == 3 ? .tcp : .udp,
                            outcome: minute > 5 ? .silent : .answered(rcode: 0, roundTrip: .milliseconds(20)))
                    )
                }
                var bucket = RouteBucket(start: time, seconds: 60, asn: ASNumber(5089), family: .ipv4)
                (bucket.withdrawals, bucket.spaceVisible) = (3, 256)
                writer.record(bucket)
            }
            writer.record(virginMedia())
            var open = virginMedia()
            (open.id, open.asName, open.end) = ("open", "a \"name\", with\ttabs, commas & ünïcode", nil)
            open.start = Timestamp(seconds: 1_680_595_200)
            writer.record(open)
        }
    }

    @Test(.enabled(if: CommandLog.has("jq", "bash"), "SKIPPED without jq"), arguments: fields.keys.sorted())
    func `jq finds the fields of the list in every line, and no other`(_ export: String) throws {
        let keys = log.afterglow("export \(export)", through: "jq -c keys | sort -u")
        let expected = try #require(Self.fields[export])
        #expect(
            keys.output == "[\(expected.map { "\"\($0)\"" }.joined(separator: ","))]\n", "\(keys.complaint)")
    }

    @Test(.enabled(if: CommandLog.has("jq", "bash"), "SKIPPED without jq"))
    func `the fields have the types and values that their publishers say`() {
        let codf = """
            (.location | test("^asn/[0-9]+$")) and (.start | type == "number") and .duration >= 0 and .status == 0 \
            and (.datasource | IN("resolver", "bgp", "resolver+bgp")) and .fraction <= 1 and .score >= 0 \
            and (.overlaps_window | type == "boolean") and (.location_name | type == "string")
            """
        let radar = """
            (.asns | map(type) | unique == ["number"]) and (.asnsDetails | all(.asn and .name)) and .eventType == "OUTAGE" \
            and .locations == [] and .outage.outageCause == "UNKNOWN" and .outage.outageType == "NETWORK" \
            and (.startDate | fromdate > 0) and (.endDate == null or (.endDate | fromdate > 0))
            """
        let observation = """
            .schema == 1 and (.ts | fromdate % 60 == 0) and (.scope | IN("server", "prefix", "asn", "uplink")) \
            and (.af | IN(4, 6)) and (.transport | IN("udp", "tcp")) and .answered + .timeouts + .unreachable + .refused == .sent \
            and (.state | IN("up", "uncertain", "down", "unknown", "unmeasurable"))
            """
        let outage = """
            .schema == 1 and (.start | fromdate > 0) and (.kind | IN("network-and-nameservers", "nameservers-only", "network-only", \
            "partial", "own-uplink")) and (.fallback_used | keys == ["local_copy", "none", "other_network", "stale"]) \
            and .confidence <= 1 and (.zones_lost | all(endswith(".") | not))
            """
        for (export, condition, lines) in [
            ("outages --format codf", codf, 2), ("outages --format radar", radar, 2),
            ("observations", observation, -1), ("outages", outage, 2),
            ("routes", ".schema == 1 and (.ts | fromdate % 60 == 0) and .withdrawals == 3", 20),
        ] {
            let read = log.afterglow("export \(export)", through: "jq -s -c '[length, all(\(condition))]'")
            #expect(read.output.hasSuffix(",true]\n"), "\(export): \(read.output) \(read.complaint)")
            #expect(lines < 0 || read.output.hasPrefix("[\(lines),"), "\(export): \(read.output)")
        }
    }

    @Test(.enabled(if: CommandLog.has("jq", "sqlite3", "bash"), "SKIPPED without jq and sqlite3"))
    func `sqlite3 counts in the log what jq counts in the export`() {
        let sql = """
            SELECT count(*), sum(sent), sum(answered) FROM observation WHERE scope = 'server' AND asn = 5089;
            SELECT count(*), sum(withdrawals) FROM route; SELECT count(*) FROM outage WHERE end_ms IS NULL;
            """
        let own = Command.run(["sqlite3", "-readonly", log.path, sql])
        let observations = log.afterglow(
            "export observations --asn 5089",
            through:
                "jq -rs 'map(select(.scope == \"server\")) | \"\\(length)|\\(map(.sent) | add)|\\(map(.answered) | add)\"'"
        )
        let routes = log.afterglow(
            "export routes", through: "jq -rs '\"\\(length)|\\(map(.withdrawals) | add)\"'")
        let open = log.afterglow("export outages", through: "jq -rs 'map(select(.end == null)) | length'")
        #expect(own.output == observations.output + routes.output + open.output, "\(own.complaint)")
        #expect(own.output.hasPrefix("60|60|18\n20|60\n1\n"))
    }

    @Test(
        .enabled(if: CommandLog.has("csvjson", "jq", "bash"), "SKIPPED without csvkit and jq"),
        arguments: ["observations", "outages", "routes"])
    func `csvkit makes of the CSV what is in the JSON`(_ kind: String) {
        // Without inference, so that what is compared is text: null is empty, and what is nested lies flat.
        let table = log.afterglow(
            "export \(kind) --format csv",
            through: """
                csvjson -I --stream | jq -S -c 'map_values(if . != null and test("^[0-9]+[.][0-9]+$") then tonumber | tostring else . end)'
                """)
        let lines = log.afterglow(
            "export \(kind)",
            through: """
                jq -S -c 'with_entries(if (.value | type) == "object" then .key as $k | .value | to_entries[] | .key = $k + "." + .key \
                else . end) | map_values(if type == "array" then map(tostring) | join(" ") elif . == null then "" else . end) \
                | map_values(tostring | if . == "" then null else . end)'
                """)
        #expect(table.succeeded && !table.output.isEmpty, "\(table.complaint)")
        #expect(table.output == lines.output, "\(table.complaint) \(lines.complaint)")
    }

    @Test(.enabled(if: CommandLog.has("csvstat", "bash"), "SKIPPED without csvkit"))
    func `csvkit takes times for times and numbers for numbers`() {
        let types = log.afterglow("export observations --format csv", through: "csvstat --type")
        for column in ["ts: DateTime", "asn: Number", "rtt_p50_ms: Number", "key: Text", "prefix: Text"] {
            #expect(types.output.contains(". \(column)\n"), "\(types.output) \(types.complaint)")
        }
    }

    @Test(.enabled(if: CommandLog.has("xmllint", "bash"), "SKIPPED without xmllint"))
    func `xmllint finds the panels of a chart`() {
        let file = log.file("chart.svg")
        let made = log.afterglow(
            "plot", "--asn", "5089", "--since", "2023-04-04", "--until", "2023-04-05", "-o", file)
        #expect(made.succeeded, "\(made.complaint)")
        let count = { (path: String) in
            Command.run(["xmllint", "--nonet", "--xpath", "count(\(path))", file]).output
        }
        #expect(count("//*[local-name()='text'][@class='heading']") == "4\n")
        #expect(count("//*[local-name()='g'][@class='strip']") == "3\n")
        #expect(count("//*[local-name()='rect'][@class='band']") == "2\n")
    }
}
