import EventLoop
import Foundation
import FoundationNetworking
import Primitives
import Telemetry

/// The http listener of a running resolver, for `top`.
struct ResolverSource {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// An outage of the interface for programs, as far as `top` shows it.
    struct OpenOutage: Codable, Hashable {
        let key: String
        let asn: UInt32?
        let asName: String?
        let af: Int
        let kind: String
        let state: String
        let start: String
        let end: String?
        let zonesLost: [String]
    }

    /// What was read at one moment.
    struct Reading {
        let time: Date
        /// For intervals, which no step of the wall clock touches.
        let instant: Instant
        let metrics: MetricReading
        let outages: [OpenOutage]
    }

    private struct Page: Decodable {
        let items: [OpenOutage]
    }

    private static let patience = 5.0
    /// Outages looked at: those that go on are the newest.
    private static let outagesMax = 100

    private let base: String
    private let session: URLSession
    private let token: String?

    init(_ base: String, token: String?) throws {
        let base = base.hasSuffix("/") ? String(base.dropLast()) : base
        guard let url = URL(string: base), url.host != nil, ["http", "https"].contains(url.scheme ?? "")
        else {
            throw LogOptions.failure("--url: '\(base)' is not an address such as http://127.0.0.1:8053")
        }
        self.base = base
        self.token = token
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.patience
        session = URLSession(configuration: configuration)
    }

    func read() async throws -> Reading {
        let metrics = try await fetch("/metrics")
        let (time, instant) = (Date(), SystemClock.now)
        let outages = try await fetch("/api/v1/outages?limit=\(Self.outagesMax)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let page = try? decoder.decode(Page.self, from: outages) else {
            throw Problem(description: "\(base)/api/v1/outages: what came is not a list of outages")
        }
        return Reading(
            time: time, instant: instant, metrics: MetricReading(String(decoding: metrics, as: UTF8.self)),
            outages: page.items.filter { $0.end == nil })
    }

    private func fetch(_ path: String) async throws -> Data {
        guard let url = URL(string: base + path) else { throw Problem(description: "\(base): no address") }
        var request = URLRequest(url: url)
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        let answer: (Data, URLResponse)
        do { answer = try await session.data(for: request) } catch {
            throw Problem(
                description:
                    "\(base): \(error.localizedDescription); is the resolver running with its `http` listener there?"
            )
        }
        let status = (answer.1 as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 else {
            let hint = status == 401 ? "; it wants a token: --token-file" : ""
            throw Problem(description: "\(base)\(path): status \(status)\(hint)")
        }
        return answer.0
    }
}
