import Dashboard
import Testing

/// Whom the listener answers, and what it takes for a request.
struct RequestTests {
    private func status(
        _ method: String = "GET", _ target: String = "/", _ headers: [String: String], names: [String] = [],
        token: String? = nil
    ) -> Int {
        guard let request = WebRequest(method: method, target: target, headers: headers) else { return 400 }
        return RequestGuard(names: names, token: token).refusal(of: request)?.status ?? 200
    }

    @Test(arguments: [
        ("127.0.0.1:8053", 200), ("[::1]:8053", 200), ("localhost", 200), ("LOCALHOST:8053", 200),
        ("afterglow.localhost:8053", 200), ("192.0.2.1", 200), ("dns.example.", 200),
        ("dns.example:8053", 200),
        ("evil.example", 421), ("localhost.evil.example", 421), ("127.0.0.1.evil.example:8053", 421),
        ("", 400), (":8053", 400), ("[::1", 400), ("a:b:c", 400),
    ])
    func `a name that is not ours is refused, so that DNS cannot lead a browser here`(
        _ host: String, _ expected: Int
    ) {
        #expect(status("GET", "/", ["host": host], names: ["dns.example"]) == expected)
    }

    @Test func `a request without Host is refused`() { #expect(status("GET", "/", [:]) == 400) }

    @Test func `nothing can be written, least of all from another site`() {
        let host = ["host": "localhost:8053"]
        #expect(status("HEAD", "/", host) == 200)
        #expect(status("POST", "/", host) == 405)
        #expect(status("DELETE", "/", host.merging(["origin": "http://localhost:8053"]) { $1 }) == 405)
        #expect(status("POST", "/", host.merging(["origin": "http://evil.example"]) { $1 }) == 403)
        #expect(status("POST", "/", host.merging(["origin": "null"]) { $1 }) == 403)
        #expect(status("PUT", "/", host.merging(["sec-fetch-site": "cross-site"]) { $1 }) == 403)
    }

    @Test func `with a token, only who shows it reads, as a bearer or in the browser's dialogue`() {
        let token = "0123456789abcdef"
        let read = { (authorization: String?) in
            status(
                "GET", "/api/v1/outages", ["host": "192.0.2.1", "authorization": authorization ?? ""],
                token: token)
        }
        #expect(read(nil) == 401)
        #expect(read("Bearer 0123456789abcdeg") == 401)
        #expect(read("Bearer 0123456789abcdef0") == 401)
        #expect(read("bearer 0123456789abcdef") == 200)
        // me:0123456789abcdef
        #expect(read("Basic bWU6MDEyMzQ1Njc4OWFiY2RlZg==") == 200)
        #expect(read("Basic !!!") == 401)
        #expect(status("GET", "/healthz", ["host": "192.0.2.1"], token: token) == 200)
    }

    @Test(arguments: [
        "/../etc/passwd", "/zones/..%2f..", "/%2e%2e/x", "/./x", "/zones/%00", "/zones/%zz", "/zones/%e2%82",
        "zones",
        "", "/zones/a%0d%0ab", "/?q=%ff",
    ])
    func `what tries to leave its place, and what is no text, is no request`(_ target: String) {
        let request = WebRequest(target: target)
        // An encoded slash is a part of a name, never a step.
        #expect(request == nil || request?.path == ["zones", "../.."])
    }

    @Test func `a target is decoded once`() throws {
        let request = try #require(WebRequest(target: "/zones/a%252Fb%20c?q=x+y%2Bz&q=second&empty="))
        #expect(request.path == ["zones", "a%2Fb c"])
        #expect(request["q"] == "x y+z")
        #expect(request["empty"] == nil)
        #expect(WebRequest(target: "/" + String(repeating: "a", count: 9000)) == nil)
        #expect(WebRequest.encode("a/ü <\"") == "a%2F%C3%BC%20%3C%22")
    }
}
