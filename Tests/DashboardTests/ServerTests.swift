import Dashboard
import Foundation
import Laboratory
import Primitives
import Reachability
import Telemetry
import Testing

/// The listener itself, asked over a socket by another program.
@Suite(.enabled(if: Command.exists("python3"), "SKIPPED without python3"))
struct ServerTests {
    private let log: PageLog

    init() throws { log = try PageLog.shared.get() }

    /// Runs a script of Python against a running listener, whose port is its first argument; returns what it printed.
    private func ask(
        _ script: String, token: String? = nil, _ arguments: [String] = [], site: Site? = nil,
        tls: DashboardServer.Certificate? = nil
    ) throws -> String {
        var configuration = DashboardServer.Configuration(
            endpoint: Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 0))
        configuration.token = token
        configuration.tls = tls
        let server = DashboardServer(site ?? log.site, configuration)
        let endpoint = try server.start()
        defer { server.stop() }
        let run = Command.run(["python3", "-c", script, String(endpoint.port)] + arguments, limit: 60)
        #expect(run.succeeded, "\(run.complaint)")
        return run.output
    }

    private static let prelude = """
        import http.client, sys, socket, json
        port = int(sys.argv[1])
        def get(path, method="GET", **headers):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            return connection.getresponse()

        """

    @Test func `pages, assets and health are given with what protects them`() throws {
        let output = try ask(
            Self.prelude + """
                for path in ["/", "/afterglow.css", "/afterglow.js", "/icon.svg", "/healthz", "/readyz", "/metrics", "/api/v1/zones"]:
                    reply = get(path)
                    body = reply.read()
                    csp = reply.headers["content-security-policy"]
                    print(path, reply.status, reply.headers["content-type"], len(body) > 0, "unsafe" in csp, "default-src 'none'" in csp,
                          reply.headers["x-content-type-options"], reply.headers["cross-origin-resource-policy"],
                          reply.headers["access-control-allow-origin"])
                reply = get("/", method="HEAD")
                print("HEAD", reply.status, int(reply.headers["content-length"]) > 0, len(reply.read()))
                """)
        let rest = "True False True nosniff same-origin None\n"
        #expect(
            output
                == "/ 200 text/html; charset=utf-8 \(rest)/afterglow.css 200 text/css; charset=utf-8 \(rest)"
                + "/afterglow.js 200 text/javascript; charset=utf-8 \(rest)/icon.svg 200 image/svg+xml \(rest)"
                + "/healthz 200 text/plain; charset=utf-8 \(rest)/readyz 200 text/plain; charset=utf-8 \(rest)"
                + "/metrics 200 text/plain; version=0.0.4; charset=utf-8 \(rest.replacing("True False", with: "False False"))"
                + "/api/v1/zones 200 application/json \(rest)HEAD 200 True 0\n")
    }

    @Test func `another name, another site and another method are refused`() throws {
        let output = try ask(
            Self.prelude + """
                print(get("/", Host="evil.example").status, get("/", method="POST", Origin="http://evil.example").status,
                      get("/", method="PUT").status, get("/..%2f..%2fetc/passwd").status, get("/../../etc/passwd").status)
                """)
        #expect(output == "421 403 405 404 400\n")
    }

    @Test func `content is bounded: what is too long or has no end is refused, told, and cut off`() throws {
        let output = try ask(
            Self.prelude + """
                def send(head, octets, times=1):
                    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
                        sent = 0
                        try:
                            s.sendall(b"POST /api/v1/zones HTTP/1.1\\r\\nHost: localhost\\r\\n" + head + b"\\r\\n\\r\\n")
                            for _ in range(times):
                                s.sendall(octets)
                                sent += len(octets)
                        except OSError:
                            pass
                        answer = b""
                        try:
                            while part := s.recv(65536): answer += part
                        except OSError:
                            pass
                        return answer.split(b" ")[1].decode(), sent
                print(send(b"Content-Length: 5000", b"x" * 5000))
                print(send(b"Content-Length: 99999999999999999999", b"x" * 5000)[0] in ("413", "400"))
                # Nobody goes on reading what never ends.
                status, sent = send(b"Transfer-Encoding: chunked", b"10000\\r\\n" + b"x" * 0x10000 + b"\\r\\n", 2000)
                print(sent < 100_000_000)
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                for body in ["", "a little"]:
                    connection.request("GET", "/healthz", body=body)
                    reply = connection.getresponse()
                    print(reply.status, reply.read())
                connection.request("POST", "/", body="x" * 4097)
                print(connection.getresponse().status)
                """)
        #expect(
            output
                == "('413', 5000)\nTrue\nTrue\n200 b'ok\\n'\n200 b'ok\\n'\n413\n")
    }

    @Test(arguments: [
        "Origin: http://evil.example", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site",
        "Origin: null",
    ])
    func `writes from other sites are refused as such, whatever the method`(_ field: String) throws {
        let output = try ask(
            Self.prelude + """
                name, value = sys.argv[2].split(": ")
                for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]:
                    print(get("/api/v1/zones", method=method, **{name: value}).status, end=" ")
                """, [field])
        #expect(output == "403 403 403 403 403 ")
    }

    @Test func `without the token there is nothing to read, and a browser asks for it`() throws {
        let output = try ask(
            Self.prelude + """
                reply = get("/")
                print(reply.status, reply.headers["www-authenticate"])
                print(get("/", Authorization="Bearer a-token-of-sixteen").status, get("/healthz").status)
                """, token: "a-token-of-sixteen")
        #expect(output == "401 Bearer, Basic realm=\"Afterglow\", charset=\"UTF-8\"\n200 200\n")
    }

    @Test func `headers without end, requests that are none, and many connections leave it standing`() throws
    {
        let output = try ask(
            Self.prelude + """
                def raw(octets):
                    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
                        try:
                            s.sendall(octets)
                            return s.recv(64)[:12]
                        except OSError:
                            return b"closed"
                print(raw(b"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n" + b"X: " + b"a" * 100000 + b"\\r\\n\\r\\n") in (b"", b"closed", b"HTTP/1.1 400", b"HTTP/1.1 431"))
                print(raw(b"\\x16\\x03\\x01\\x02\\x00\\x01\\x00" + b"\\x00" * 64) in (b"", b"closed", b"HTTP/1.1 400"))
                held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(100)]
                print(get("/healthz").status)
                """)
        #expect(output == "True\nTrue\n200\n")
    }

    @Test func `an outage is told to who looks, as it happens`() throws {
        let site = log.site
        let output = try ask(
            Self.prelude + """
                import time
                connection = socket.create_connection(("127.0.0.1", port), timeout=20)
                connection.sendall(b"GET /events HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
                text = b""
                while b"event: outage" not in text or not text.rstrip(b"\\r\\n0").endswith(b"}"):
                    text += connection.recv(4096)
                lines = text.decode().splitlines()
                print([l for l in lines if l.startswith("HTTP") or l.startswith("content-type")])
                print([json.loads(l[6:])["id"] for l in lines if l.startswith("data: ")][0])
                """, site: site.telling("news"))
        #expect(output.contains("'HTTP/1.1 200 OK'") && output.contains("text/event-stream"))
        #expect(output.hasSuffix("news\n"))
    }

    @Test(.enabled(if: Command.exists("openssl"), "SKIPPED without openssl"))
    func `over TLS only who has a certificate of the authority reads`() throws {
        let folder = log.directory
        let make = Command.run([
            "sh", "-c",
            """
            cd "$0" && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 2 &&
            for who in server client; do openssl req -newkey rsa:2048 -nodes -keyout $who.key -out $who.csr -subj /CN=localhost &&
            openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $who.pem -days 2; done
            """, folder.path,
        ])
        try #require(make.succeeded, "\(make.complaint)")
        let file = { (name: String) in folder.appendingPathComponent(name).path }
        let output = try ask(
            """
            import http.client, ssl, sys
            port, ca, certificate, key = int(sys.argv[1]), *sys.argv[2:]
            for own in [False, True]:
                context = ssl.create_default_context(cafile=ca)
                context.check_hostname = False
                if own: context.load_cert_chain(certificate, key)
                try:
                    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
                    connection.request("GET", "/healthz")
                    print(connection.getresponse().status)
                except (ssl.SSLError, OSError, http.client.HTTPException):
                    print("refused")
            """, [file("ca.pem"), file("client.pem"), file("client.key")],
            tls: DashboardServer.Certificate(
                chain: file("server.pem"), key: file("server.key"), clientAuthorities: file("ca.pem")))
        #expect(output == "refused\n200\n")
    }

    @Test func `a port that another program has is told from other troubles`() throws {
        let first = DashboardServer(
            log.site, .init(endpoint: Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 0)))
        let endpoint = try first.start()
        defer { first.stop() }
        let second = DashboardServer(log.site, .init(endpoint: endpoint))
        #expect { _ = try second.start() } throws: { error in
            if case DashboardServer.Problem.taken = error { true } else { false }
        }
    }

    @Test(
        .enabled(if: Command.exists("promtool"), "SKIPPED without promtool, of Debian's package prometheus"))
    func `promtool finds nothing wrong with the metrics`() async throws {
        var counters = ServingCounters()
        counters.addQuery(over: .udp)
        counters.addExchange(.answered, over: .udp, roundTrip: .milliseconds(3))
        let site = Site(database: log.path, metrics: { [counters] in counters.families })
        let file = log.directory.appendingPathComponent("metrics")
        try Data(await site.reply(to: try #require(WebRequest(target: "/metrics"))).octets).write(to: file)
        let run = Command.run(["sh", "-c", "promtool check metrics < \"$0\"", file.path])
        #expect(run.succeeded && run.complaint.isEmpty, "\(run.complaint)")
    }
}

extension Site {
    /// The site, to whose readers an outage is told again and again until one has heard it.
    fileprivate func telling(_ id: String) -> Site {
        let outage = Outage(
            id: id, scope: .server, key: "192.0.2.1", family: .ipv4, kind: .nameServersOnly, state: .down,
            start: Timestamp(seconds: 0))
        Task.detached { [feed] in
            for _ in 0..<200 {
                feed.send(.outage(outage))
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
        return self
    }
}
