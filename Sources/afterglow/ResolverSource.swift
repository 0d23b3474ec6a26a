import EventLoop
import Foundation
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
        /// Those that go on; nil where the resolver keeps no log, in which they would stand.
        let outages: [OpenOutage]?
    }

    private struct Page: Decodable {
        let items: [OpenOutage]
    }

    /// In seconds.
    private static let patience: Int64 = 5
    /// Outages looked at: those that go on are the newest.
    private static let outagesMax = 100

    private let base: String
    private let client: PlainClient
    private let token: String?

    init(_ base: String, token: String?) throws {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.token = token
        do {
            client = try PlainClient(base, patience: Self.patience)
        } catch {
            throw LogOptions.failure("--url: \(error)")
        }
    }

    func read() async throws -> Reading {
        let text = String(decoding: try await fetch("/metrics"), as: UTF8.self)
        let (time, instant) = (Date(), SystemClock.now)
        let metrics = MetricReading(text)
        // The log's own metrics are there only while there is a log.
        guard metrics.sum("afterglow_log_rows_waiting") != nil else {
            return Reading(time: time, instant: instant, metrics: metrics, outages: nil)
        }
        let outages = try await fetch("/api/v1/outages?limit=\(Self.outagesMax)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let page = try? decoder.decode(Page.self, from: outages) else {
            throw Problem(description: "\(base)/api/v1/outages: what came is not a list of outages")
        }
        return Reading(
            time: time, instant: instant, metrics: metrics,
            outages: page.items.filter { $0.end == nil })
    }

    private func fetch(_ path: String) async throws -> Data {
        let reply: PlainClient.Reply
        do {
            reply = try await client.get(
                path, headers: token.map { [("authorization", "Bearer \($0)")] } ?? [])
        } catch {
            throw Problem(
                description: "\(base): \(error); is the resolver running with its `http` listener there?")
        }
        guard reply.status == 200 else {
            let hint = reply.status == 401 ? "; it wants a token: --token-file" : ""
            throw Problem(description: "\(base)\(path): status \(reply.status)\(hint)")
        }
        return reply.body
    }
}
