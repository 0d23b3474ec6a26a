public import Primitives

/// What the detector makes of routing's own reports, where exchanges say nothing.
///
/// The loss of an AS's routes has its servers probed. Where that is not possible the verdict stands on routes alone, once they
/// have been gone for a minute without a sign of life: routers take 20 to 50 s to agree.
extension OutageDetector {
    /// Takes in that an AS has lost most of its routes.
    public mutating func noteLoss(
        ofRoutesOf asn: ASNumber, _ family: AddressFamily, name: String? = nil, at now: Instant
    ) {
        let key = NetworkKey.asn(asn, family)
        let network: Int
        if let known = networkIndex[key] {
            network = known
        } else {
            guard judgesUnaskedNetworks else { return }
            network = networks.count
            networks.append(WatchedNetwork(key: key, name: name))
            networkIndex[key] = network
        }
        networks[network].isReported = true
        networks[network].routesLost = now
        if !routeless.contains(network) { routeless.append(network) }
        suspect(network)
    }

    /// Takes in that it has them back: an outage that rested on routes alone is over.
    public mutating func noteReturn(ofRoutesOf asn: ASNumber, _ family: AddressFamily, at now: Instant) {
        guard let network = networkIndex[.asn(asn, family)] else { return }
        networks[network].routesLost = nil
        routeless.removeAll { $0 == network }
        for serial in networks[network].incidents {
            guard let incident = incidents[serial], incident.isByRoutes, incident.sent == 0 else { continue }
            update(serial) { incident in
                incident.lastSilence = now
                incident.end = now
                incident.endUncertainty = DetectorModel.convergence
            }
            end(serial, at: now)
        }
    }

    /// Opens outages of networks whose routes have been gone for long enough and whose servers cannot be asked.
    mutating func judgeRoutes(at now: Instant, random: RandomSource) {
        for network in routeless {
            let watched = networks[network]
            guard let lost = watched.routesLost, watched.incidents.isEmpty,
                now - lost >= DetectorModel.routePersistence
            else { continue }
            let isAlive = watched.lastSign.map { $0 > lost } ?? false
            let isAsked = probesPerHour > 0 && watched.servers.contains { servers[$0].zone != nil }
            guard !isAlive, !isAsked, !uplinks[watched.key.family].isDown else { continue }
            openByRoutes(network, since: lost, at: now, random: random)
        }
    }

    private mutating func openByRoutes(
        _ network: Int, since lost: Instant, at now: Instant, random: RandomSource
    ) {
        let odds = DetectorModel.networkPrior + RouteEvidence.withdrawn(since: wall(lost)).weight
        let scope = Incident.Scope.network(network)
        let serial = open(
            scope, family: networks[network].key.family, start: lost, firstSilence: lost, lastSilence: now,
            share: 1 / (1 + exponential(-odds)))
        update(serial) { incident in
            incident.isByRoutes = true
            incident.wasWhole = true
            incident.fraction = 1
            incident.hasChanged = true
        }
        for index in networks[network].servers { join(serial, index) }
        if !networks[network].incidents.contains(serial) { networks[network].incidents.append(serial) }
        networks[network].budget.startBackOff(at: now, random: random)
        noteRoutes(serial, at: now)
        verdictsAreStale = true
    }
}
