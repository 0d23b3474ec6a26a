package import DNSWire
package import Primitives
package import Zones

/// A name server of the simulated Internet: what it serves, how it behaves, what its link does to packets.
package struct SimulatedServer: Sendable {
    package var zones: ZoneStore
    package var conduct: Conduct
    package var link: Link
    /// Adds signatures and denials; nil where no zone is signed.
    package var signer: ZoneSigner?
    /// Whom the server wants to be told of errors (RFC 9567 §5).
    package var reportAgent: Name?

    package init(zones: ZoneStore, conduct: Conduct = .honest, link: Link = Link()) {
        self.zones = zones
        self.conduct = conduct
        self.link = link
    }

    /// How the server treats queries that reach it.
    package enum Conduct: Hashable, Sendable {
        /// Answers as its zones say.
        case honest
        /// Refuses everything: it was never told of the zone (RFC 1912 §2.8).
        case lame
        /// SERVFAIL to everything: its zone has expired.
        case failing
        /// Receives and never answers.
        case silent
        /// Never answers for these names and the names below them; a filter on its path, or a bug.
        case silentFor(Set<Name>)
        /// The host is up and nothing listens: port unreachable, TCP reset.
        case closed
        /// A router says that the host cannot be reached.
        case unreachable(reportedBy: IPAddress)
        /// FORMERR to every query with EDNS (RFC 6891 §7).
        case withoutEDNS
        /// Says over UDP that every answer is truncated.
        case truncating
        /// Silent over TCP.
        case withoutTCP
        /// NXDOMAIN to questions for exactly these names, though there are names below them (RFC 9156 §2.3).
        case denying(Set<Name>)
        /// Adds records of `victim`, which it has no business with, to every section (RFC 2181 §5.4.1).
        case poisoning(victim: Name)
    }

    /// What happens to packets on the way there and back. Probabilities are in thousandths.
    package struct Link: Hashable, Sendable {
        /// The least round trip.
        package var delay = Duration.milliseconds(10)
        /// What may be added to it, uniformly.
        package var jitter = Duration.milliseconds(20)
        package var loss = 0
        package var duplication = 0
        /// A message with a wrong ID or another question comes before the answer.
        package var wrongAnswers = 0
        /// A forged answer with a guessed ID comes before the answer, from off the path.
        package var forgeries = 0
        /// The answer is rewritten by somebody on the path.
        package var lies = 0

        package init() {}
    }

    /// Gives a zone another DNSKEY set, where this server has the zone.
    ///
    /// - Parameters:
    ///   - keys: the set, as DNSKEY RDATA.
    ///   - entries: those of them that sign it.
    ///   - key: the one that signs all other sets.
    ///   - ttl: of the set, in seconds.
    package mutating func roll(
        _ origin: Name, keys: [RecordData], entries: [RecordData], zone key: RecordData, ttl: UInt32 = 3600
    ) throws(ZoneError) {
        guard let zone = zones[origin] else { return }
        let others = zone.records.filter { $0.type != .dnskey || $0.name != origin }
        let rolled = try Zone(
            origin: origin,
            records: others + keys.map { Record(name: origin, type: .dnskey, ttl: ttl, data: $0) })
        let kept = zones.origins.filter { $0 != origin }.compactMap { zones[$0] }
        zones = try ZoneStore(kept + [rolled])
        signer?.roll(origin, entries: entries, zone: key)
    }

    /// The response to `query` over UDP or TCP, or nil for silence.
    func response(to query: Message, overTCP: Bool) -> Message? {
        var response = zones.respond(to: query)
        signer?.complete(&response, to: query, from: zones)
        if let reportAgent {
            response.edns?.options.append(
                EDNSOption(code: EDNSOption.reportChannel, data: reportAgent.octets))
        }
        switch conduct {
        case .honest, .closed, .unreachable: return response
        case .lame: return Self.failure(of: query, .refused)
        case .failing: return Self.failure(of: query, .serverFailure)
        case .silent: return nil
        case .silentFor(let names):
            let hidden = query.questions.contains { question in
                names.contains { question.name.isEqualOrBelow($0) }
            }
            return hidden ? nil : response
        case .withoutEDNS:
            guard query.edns != nil else { return response }
            var failure = Self.failure(of: query, .formatError)
            failure.edns = nil
            return failure
        case .truncating:
            guard !overTCP else { return response }
            response.answers = []
            response.authorities = []
            response.additionals = []
            response.header.isTruncated = true
            return response
        case .denying(let names):
            guard query.questions.contains(where: { names.contains($0.name) }) else { return response }
            response.responseCode = .nameError
            return response
        case .withoutTCP: return overTCP ? nil : response
        case .poisoning(let victim):
            Self.poison(&response, victim)
            return response
        }
    }

    /// The address that forged and poisoned answers lead to; nobody is there.
    static let trap = IPAddress(ipv4: 0x0606_0606)

    /// Claims the victim's delegation, its servers' addresses and its web address.
    private static func poison(_ response: inout Message, _ victim: Name) {
        guard let web = victim.prepending(Array("www".utf8)),
            let server = victim.prepending(Array("ns0".utf8))
        else {
            return
        }
        response.answers.append(.address(web, trap, ttl: 86400))
        response.authorities.append(.pointer(victim, .ns, to: server, ttl: 86400))
        response.additionals += [.address(server, trap, ttl: 86400), .address(web, trap, ttl: 86400)]
    }

    private static func failure(of query: Message, _ code: ResponseCode) -> Message {
        var header = Header(id: query.header.id)
        header.isResponse = true
        header.recursionDesired = query.header.recursionDesired
        return Message(header: header, questions: query.questions, responseCode: code)
    }
}
