import Foundation
import Primitives
import Testing

import Settings

private func load(_ text: String, environment: [String: String] = [:]) throws -> Settings {
    try Settings.load(text: text, file: "/etc/afterglow/a.yaml", environment: environment).get()
}

private func problems(_ text: String) -> [String] {
    switch Settings.load(text: text, file: "a.yaml", environment: [:]) {
    case .success: []
    case .failure(let failure): failure.problems.map(\.description)
    }
}

@Suite("Configuration")
struct SettingsTests {
    @Test("The documented example is read in full")
    func example() throws {
        let settings = try load(documentedExample)
        #expect(settings.listen.map(\.endpoint.description) == ["127.0.0.1#5300"])
        #expect(settings.stateDirectory == "/var/lib/afterglow")
        #expect(settings.resolver.rootHints == "/etc/afterglow/FILE")
        #expect(settings.resolver.clientDeadline == .milliseconds(1800))
        #expect(settings.cache == Settings().cache)
        #expect(settings.zones.first?.file == "/etc/afterglow/zones/virginmedia.com.zone")
        #expect(settings.forward.first?.to.first?.port == 53)
        #expect(settings.routing.bgp?.neighbours.first?.asn == ASNumber(64513))
        #expect(settings.reachability == Settings().reachability)
        #expect(settings.databaseLocation == "/var/lib/afterglow/reachability.sqlite")
    }

    @Test("Without a file, the documented defaults hold")
    func defaults() throws {
        let settings = try load("")
        #expect(settings.listen.map(\.endpoint.description) == ["127.0.0.1#5300", "::1#5300"])
        #expect(settings.access.allow == .ownNetworks)
        #expect(settings.identity == Settings().identity)
        #expect(settings.resolver.queryBudget == 200)
        #expect(settings.http != nil)
    }

    @Test(
        "Every problem is reported where it stands, with the nearest key and the allowed values",
        arguments: [
            (
                "resolver:\n  quer-budget: 5",
                "a.yaml:2:3: unknown key 'quer-budget' in resolver; did you mean 'query-budget'?"
            ),
            (
                "log: { level: loud }",
                "a.yaml:1:15: log.level: 'loud' is not valid; expected one of debug, info, warning, error"
            ),
            (
                "cache: { stale-ttl: 30 }",
                "a.yaml:1:21: cache.stale-ttl: '30' is not valid; expected a duration such as 1.8s, 90m or 3d"
            ),
            (
                "cache:\n  memory: big",
                "a.yaml:2:11: cache.memory: 'big' is not valid; expected a size such as 256MiB"
            ),
            ("listen: 1", "a.yaml:1:9: listen: expected a list"),
            (
                "busy-poll: 1s",
                "a.yaml:1:12: busy-poll: '1s' is not valid; expected a time from 1us to 10ms such as 50us"
            ),
            ("zones:\n  - name: a.example", "a.yaml:2:5: zones[0]: give either 'file' or 'primaries'"),
            ("forward:\n  - { name: a }", "a.yaml:2:5: missing key 'to' in forward[0]"),
            ("cache: 3", "a.yaml:1:8: cache: expected a mapping of keys"),
        ])
    func problem(text: String, message: String) {
        #expect(problems(text) == [message])
    }

    @Test("All problems are reported, not only the first")
    func all() {
        #expect(problems("workers: none\nresolver: { ipv4: maybe, bogus-thing: 1 }\nhttpx: off").count == 4)
    }

    @Test("Broken YAML and repeated keys have a line and a column")
    func syntax() {
        #expect(
            problems("a: 1\n---\nb: 2") == [
                "a.yaml:2:1: expected a single document in the stream but found another document"
            ])
        #expect(problems("x: *y") == ["a.yaml:1:4: found undefined alias"])
        #expect(problems("web: off").first == "a.yaml:1:1: unknown key 'web' at the top level")
        #expect(problems("reachability: { bucket: 0s }").count == 1)
        #expect(
            problems("workers: 1\nworkers: 2").first == "a.yaml:1:1: key 'workers' is given more than once")
    }

    @Test("Addresses may carry a port; IPv6 then stands in brackets")
    func endpoints() throws {
        let settings = try load(
            #"listen: [127.0.0.1:53, "[::1]:54", "::1", {address: "::1", port: 853, transport: tls}]"#)
        #expect(
            settings.listen.map(\.endpoint.description) == ["127.0.0.1#53", "::1#54", "::1#5300", "::1#853"])
        #expect(settings.listen.last?.transports == [.tls])
        #expect(Settings.Listener("[::1]")?.endpoint.port == 5300)
        #expect(Settings.Listener("::1:99999") == nil)
    }

    @Test("HTTP, origin DNS and the reachability log can be turned off")
    func off() throws {
        let settings = try load(
            "http: off\nrouting: { origin-dns: off }\nreachability: { database: off, bucket: 10s }")
        #expect(settings.http == nil)
        #expect(settings.routing.originDNS == nil)
        #expect(settings.reachability.database == nil && settings.databaseLocation == nil)
        #expect(settings.reachability.bucket == .seconds(10))
        let forced = ["AFTERGLOW_REACHABILITY_DATABASE": "off"]
        #expect(try load("reachability: { database: a.sqlite }", environment: forced).databaseLocation == nil)
        #expect(try load("reachability: { database: ./off }").reachability.database == "./off")
    }

    @Test("Workers poll busily only where they are told to, for up to 10 ms")
    func busyPoll() throws {
        #expect(try load("").busyPoll == nil)
        #expect(try load("busy-poll: off").busyPoll == nil)
        #expect(try load("busy-poll: 50us").busyPoll == .microseconds(50))
        #expect(try load("busy-poll: 50µs").busyPoll == .microseconds(50))
        #expect(try load("busy-poll: 10ms").busyPoll == .milliseconds(10))
        for text in ["0us", "11ms", "50", "us", "-1us", "1.5ms", "9223372036854775807ms"] {
            #expect(throws: SettingsProblems.self, "\(text)") { try load("busy-poll: \(text)") }
        }
    }

    @Test("The log's size is bounded at 2 GiB unless it says otherwise, and never below 1 MiB")
    func logSize() throws {
        let retention = { (text: String) in
            try load("reachability: { retention: { \(text) } }").reachability.retention
        }
        #expect(try retention("observations: 7d").size == 2 << 30)
        #expect(try retention("size: 500MiB").size == 500 << 20)
        #expect(try retention("size: off").size == nil)
        #expect(throws: SettingsProblems.self) { try retention("size: 1KiB") }
        #expect(Settings.jsonSchema.contains("\"size\""))
    }

    @Test("The state directory follows the environment")
    func stateDirectory() throws {
        let home = ["HOME": "/h"]
        #expect(try load("", environment: home).stateDirectory == "/h/.local/state/afterglow")
        #expect(
            try load("", environment: ["XDG_STATE_HOME": "/x", "HOME": "/h"]).stateDirectory == "/x/afterglow"
        )
        #expect(try load("", environment: ["STATE_DIRECTORY": "/s:/t", "HOME": "/h"]).stateDirectory == "/s")
        let forced = ["AFTERGLOW_STATE_DIRECTORY": "/a"]
        #expect(try load("state-directory: /b", environment: forced).stateDirectory == "/a")
        #expect(try load("state-directory: b", environment: home).stateDirectory == "/etc/afterglow/b")
    }

    @Test("Environment variables override the file, key by key")
    func environment() throws {
        let file = "log: { level: error, format: json }\nresolver: { query-budget: 50 }\nworkers: 3"
        let settings = try load(
            file,
            environment: [
                "AFTERGLOW_LOG_LEVEL": "debug", "AFTERGLOW_RESOLVER_CLIENT_DEADLINE": "900ms",
                "AFTERGLOW_LISTEN": "[127.0.0.1:53]", "AFTERGLOW_HTTP": "off", "AFTERGLOW_WORKERS": "",
                "AFTERGLOW_RESOLVER_ROOT_HINTS": "hints", "AFTERGLOW_NOTHING_OF_OURS": "1",
            ])
        #expect(settings.log.level == .debug && settings.log.format == .json)
        #expect(settings.resolver.queryBudget == 50)
        #expect(settings.resolver.clientDeadline == .milliseconds(900))
        #expect(settings.resolver.rootHints == "hints")
        #expect(settings.listen.map(\.endpoint.description) == ["127.0.0.1#53"])
        #expect(settings.http == nil)
        #expect(settings.workers == .count(3))
        #expect(try load("", environment: ["AFTERGLOW_CACHE_MEMORY": "64MiB"]).cache.memory == 64 << 20)
    }

    @Test(
        "What is wrong with an environment variable is reported with its name",
        arguments: [
            (
                "AFTERGLOW_LOG_LEVEL", "loud",
                "AFTERGLOW_LOG_LEVEL:1:1: log.level: 'loud' is not valid; expected one of debug, info, warning, error"
            ),
            (
                "AFTERGLOW_LOG_LEVL", "debug",
                "AFTERGLOW_LOG_LEVL:1:1: no key has the variable 'AFTERGLOW_LOG_LEVL'; did you mean 'AFTERGLOW_LOG_LEVEL'?"
            ),
            (
                "AFTERGLOW_RESOLVER", "{ quer-budget: 5 }",
                "AFTERGLOW_RESOLVER:1:3: unknown key 'quer-budget' in resolver; did you mean 'query-budget'?"
            ),
            (
                "AFTERGLOW_LISTEN", "[127.0.0.1:99999]",
                "AFTERGLOW_LISTEN:1:2: listen[0]: '127.0.0.1:99999' is not valid; expected an address such as "
                    + "127.0.0.1, 127.0.0.1:5300 or \"[::1]:5300\""
            ),
        ])
    func environmentProblem(variable: String, value: String, message: String) {
        switch Settings.load(text: "", file: "a.yaml", environment: [variable: value]) {
        case .success: Issue.record("no problem")
        case .failure(let failure): #expect(failure.problems.map(\.description) == [message])
        }
    }

    @Test("The JSON Schema is valid JSON and names every documented key")
    func schema() throws {
        let object = try JSONSerialization.jsonObject(with: Data(Settings.jsonSchema.utf8)) as? [String: Any]
        let properties = try #require(object?["properties"] as? [String: Any])
        #expect(
            Set(properties.keys) == [
                "listen", "workers", "busy-poll", "access", "state-directory", "resolver", "dnssec", "cache",
                "zones",
                "forward", "tsig-keys",
                "routing", "reachability", "http", "log", "identity",
            ])
        let keys = documentedExample.split(separator: "\n").flatMap { line in
            String(line.prefix { $0 != "#" }).matches(of: #/([a-z][a-z0-9-]+):/#).map { String($0.1) }
        }
        #expect(keys.count > 50)
        for key in keys + ["tsig", "size-limit", "secret-file", "transport", "version", "id"] {
            #expect(Settings.jsonSchema.contains("\"\(key)\""), "\(key)")
        }
    }
}
