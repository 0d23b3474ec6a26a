import Caching
package import DNSWire
import Primitives
import Validation

/// What a resolver takes from local copies of zones: where the zones below them are served, and their keys.
extension Resolver {
    /// A delegation as a copy of the parent zone has it.
    package struct Referral {
        package let parent: Name
        /// The NS records of the cut.
        package let servers: [Record]
        package let glue: [Record]
        /// DS or NSEC records of the cut, with signatures.
        package let signers: [Record]
        /// The parent's DNSKEY records with signatures; none where it is not signed.
        package let keys: [Record]

        package init(
            parent: Name, servers: [Record], glue: [Record], signers: [Record], keys: [Record] = []
        ) {
            self.parent = parent
            self.servers = servers
            self.glue = glue
            self.signers = signers
            self.keys = keys
        }
    }

    /// Keeps a delegation from a copy; false when one is known from the zone's parent already.
    @discardableResult
    package func learn(_ referral: Referral) -> Bool {
        guard let zone = referral.servers.first?.name, delegatedServers(of: zone) == nil else { return false }
        let servers = Array(referral.servers.prefix(Limits.nameServers))
        remember(zone: zone, servers: servers, addresses: referral.glue)
        offer(referral.keys, of: referral.parent)
        let sections = OtherSections(authorities: referral.signers, additionals: [])
        let source = Finding.Source(zone: referral.parent, server: IPAddress(ipv4: 0))
        rememberDelegationSigner(of: zone, from: referral.parent, Reply(sections: sections, source: source))
        return true
    }

    /// Takes the root's servers and keys from a copy of its zone, so that nobody has to be asked (RFC 8806).
    package func prime(servers: [Record], glue: [Record], keys: [Record]) {
        if case .done(let until) = priming, upstream.now < until { return }
        remember(zone: .root, servers: servers, addresses: glue)
        for set in RecordSet.collect(keys) where set.type == .dnskey {
            cache.store(set, ttl: min(set.ttl, Limits.ttlMax), at: upstream.now)
        }
        priming = .done(until: upstream.now + Limits.downMax)
    }

    /// Has the question be asked again although it failed a short while ago: there is another way now.
    package func forgetFailure(of question: Question) { failures.remove(question) }
}
