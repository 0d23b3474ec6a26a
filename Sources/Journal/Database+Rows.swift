import Foundation
import GRDB
import Primitives
import Reachability

extension Database {
    /// Adds what is new since the last commit, so that a bucket open across a restart keeps its earlier counts.
    func write(
        _ rows: [BucketRow], stored: [BucketKey: BucketRow], bucketSeconds: Int64,
        visibility: JournalWriter.Visibility
    ) throws {
        let statement = try cachedStatement(sql: insertion)
        for row in rows {
            try statement.execute(
                arguments: row.arguments(since: stored[row.key], bucketSeconds: bucketSeconds)
                    + row.routing(visibility))
        }
    }
}

private let insertion = """
    INSERT INTO observation (ts, bucket_s, scope, key, af, transport, asn, as_name, prefix, sent, answered,
    timeouts, unreachable, refused, servfail, rtt_p50_ms, rtt_p95_ms, rtt, baseline_ratio, belief_up, state,
    lame, malformed, unreachable_by, bgp_visible, bgp_peers_seeing, bgp_peers_total)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET sent = sent + excluded.sent, answered = answered + excluded.answered,
    timeouts = timeouts + excluded.timeouts, unreachable = unreachable + excluded.unreachable,
    refused = refused + excluded.refused, servfail = servfail + excluded.servfail,
    rtt_p50_ms = excluded.rtt_p50_ms, rtt_p95_ms = excluded.rtt_p95_ms, rtt = excluded.rtt,
    baseline_ratio = excluded.baseline_ratio, belief_up = excluded.belief_up, state = excluded.state,
    lame = lame + excluded.lame, malformed = malformed + excluded.malformed,
    unreachable_by = coalesce(excluded.unreachable_by, unreachable_by),
    bgp_visible = coalesce(excluded.bgp_visible, bgp_visible),
    bgp_peers_seeing = coalesce(excluded.bgp_peers_seeing, bgp_peers_seeing),
    bgp_peers_total = coalesce(excluded.bgp_peers_total, bgp_peers_total)
    """

/// To four digits, as far as a belief means anything.
private func rounded(_ ratio: Double) -> Double { (ratio * 10_000).rounded() / 10_000 }

extension BucketRow {
    fileprivate func arguments(since old: BucketRow?, bucketSeconds: Int64) -> StatementArguments {
        let identity: StatementArguments = [
            key.start, bucketSeconds, key.scope.rawValue, key.key, key.family.rawValue, key.transport.text,
            network?.origins.first?.value, network?.name,
            key.scope == .asn ? nil : network?.prefix.description,
        ]
        let (new, old) = (tally, old?.tally ?? OutcomeTally())
        let counts: StatementArguments = [
            new.sent - old.sent, new.answered - old.answered, new.timeouts - old.timeouts,
            new.unreachable - old.unreachable, new.refused - old.refused, new.servfail - old.servfail,
        ]
        return identity + counts + [
            new.roundTrips.quantile(0.5), new.roundTrips.quantile(0.95),
            new.roundTrips.total > 0 ? Data(new.roundTrips.encoded) : nil, (belief?.baseline).map(rounded),
            (belief?.probabilityOfUp).map(rounded),
            belief?.state.rawValue, new.lame - old.lame, new.malformed - old.malformed,
            new.unreachableBy?.description,
        ]
    }

    /// What routing says of the prefix at the moment; nothing of wider scopes, which have many.
    fileprivate func routing(_ visibility: JournalWriter.Visibility) -> StatementArguments {
        let isOfOnePrefix = key.scope == .server || key.scope == .prefix
        let seen = isOfOnePrefix ? network.flatMap(visibility) : nil
        return [seen?.isVisible, seen?.peersSeeing, seen?.peersTotal]
    }
}
