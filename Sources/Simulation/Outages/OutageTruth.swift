package import Primitives
package import Reachability

/// What a detector should have told, and of which slice of the score it is.
package struct OutageTruth: Sendable, Hashable {
    /// The causes that are told apart. A lone server of a network and the network itself look alike from outside.
    package enum Cause: Int, Sendable, Hashable, CaseIterable {
        case server
        case partial
        case prefix
        case network
        case uplink
        case none
    }

    package var cause: Cause
    /// The network it is about; nil for the uplink.
    package var network: Int?
    package var family: AddressFamily
    package var start: Double
    package var end: Double
    package var rate: Double
    package var loss: Double
    package var servers: Int

    package var length: Double { end - start }

    /// Whether the causes can be told apart at all.
    package var isDistinct: Bool { cause == .uplink || servers > 1 }
}

extension OutageWorld {
    /// The faults that are outages. Losses, slowness and limits are none.
    package var truths: [OutageTruth] {
        faults.compactMap { fault in
            switch fault.what {
            case .uplink(let family):
                return OutageTruth(
                    cause: .uplink, network: nil, family: family, start: fault.start, end: fault.end,
                    rate: 10, loss: 0,
                    servers: 1)
            case .degraded: return nil
            case .network(let network): return truth(fault, .network, network)
            case .prefix(let network, _): return truth(fault, .prefix, network)
            case .server(let server): return truth(fault, .server, servers[server].network)
            case .servers(let members):
                guard let first = members.first else { return nil }
                return truth(fault, .partial, servers[first].network)
            }
        }
    }

    private func truth(_ fault: Fault, _ cause: OutageTruth.Cause, _ network: Int) -> OutageTruth {
        let known = networks[network]
        return OutageTruth(
            cause: cause, network: network, family: known.family, start: fault.start, end: fault.end,
            rate: known.rate,
            loss: known.loss, servers: known.servers.count)
    }
}

/// One event as a detector told it, from its first telling to its last.
package struct ToldOutage: Sendable {
    package var outage: Outage
    package var network: Int?
    package var start: Double
    package var end: Double
    /// When it was first told, and first told to be coming back.
    package var told: Double
    package var returned: Double?

    package var cause: OutageTruth.Cause {
        switch outage.scope {
        case .server: .server
        case .uplink: .uplink
        case .prefix: .prefix
        case .asn: outage.fraction < 1 ? .partial : .network
        }
    }
}

extension OutageRun {
    /// The events in order of their first telling.
    package var told: [ToldOutage] {
        var first: [String: Double] = [:]
        var returned: [String: Double] = [:]
        for telling in tellings {
            if first[telling.outage.id] == nil { first[telling.outage.id] = telling.at }
            switch telling.outage.state {
            case .down, .partial: returned[telling.outage.id] = nil
            case .recovering, .ended: returned[telling.outage.id] = returned[telling.outage.id] ?? telling.at
            }
        }
        return outages.map { outage in
            ToldOutage(
                outage: outage, network: network(of: outage), start: seconds(outage.start),
                end: outage.end.map(seconds) ?? world.duration, told: first[outage.id] ?? 0,
                returned: returned[outage.id])
        }
    }

    private func network(of outage: Outage) -> Int? {
        world.networks.firstIndex { $0.asn == outage.asn && $0.family == outage.family }
    }

    private func seconds(_ time: Timestamp) -> Double {
        Double(time.milliseconds - world.epoch.milliseconds) / 1000
    }
}
