import Caching
package import DNSWire
import Primitives

/// What a response says about a question, seen from the zone whose servers gave it.
package enum Response: Sendable {
    /// Records of the asked name and type.
    case answer([Record])
    /// An alias: the records that say so and the name to go on with.
    case alias([Record], target: Name)
    /// A delegation to a zone below: its NS records and the addresses given with them.
    case referral(zone: Name, servers: [Record], addresses: [Record])
    case noData(Record?)
    case nameError(Record?)
    /// The server does not serve the zone, or points upwards.
    case lame
    /// The server answered, and its answer is of no use: SERVFAIL, NOTIMP and their like.
    case failure(ResponseCode)

    /// Reads a response to `question` from a server of `zone` (RFC 1034 §5.3.3 step 4).
    ///
    /// Only records at or below `zone` count; what else a server adds is not believed.
    package init(_ message: borrowing Message, question: Question, zone: Name) {
        switch message.responseCode {
        case .noError, .nameError: break
        case .refused, .notAuthoritative:
            self = .lame
            return
        default:
            self = .failure(message.responseCode)
            return
        }
        let answers = message.answers.selected { $0.name.isEqualOrBelow(zone) && $0.recordClass == .internet }
        if let found = Self.follow(answers, question) {
            self = found
            return
        }
        let start = message.authorities.first {
            $0.type == .soa && $0.name.isEqualOrBelow(zone) && question.name.isEqualOrBelow($0.name)
        }
        if message.responseCode == .nameError {
            self = .nameError(start)
            return
        }
        if start == nil, let referral = Self.referral(message, question, zone) {
            self = referral
            return
        }
        let pointsElsewhere = message.authorities.contains { $0.type == .ns }
        self = start != nil || (message.header.isAuthoritative && !pointsElsewhere) ? .noData(start) : .lame
    }

    /// The records for the question, or the first step away from it; nil when there are none.
    private static func follow(_ answers: [Record], _ question: Question) -> Response? {
        let direct = answers.selected { record in
            record.name == question.name
                && (record.type == question.type || record.typeCovered == question.type
                    || question.type == .any)
        }
        if direct.contains(where: { $0.type == question.type || question.type == .any }) {
            return .answer(direct)
        }
        let own = answers.filter {
            $0.name == question.name && ($0.type == .cname || $0.typeCovered == .cname)
        }
        // No CNAME record stands below a DNAME record but the one made from it, which nobody signs
        // (RFC 6672 §2.4, §5.3.1).
        guard let dname = answers.first(where: { $0.type == .dname && question.name.isBelow($0.name) }),
            let suffix = dname.target, let target = question.name.replacing(suffix: dname.name, with: suffix)
        else {
            return own.first { $0.type == .cname }?.target.map { .alias(own, target: $0) }
        }
        let cname = Record(
            name: question.name, type: .cname, ttl: dname.ttl, data: RecordData(octets: target.octets))
        let signatures = answers.filter { $0.name == dname.name && $0.typeCovered == .dname }
        return .alias([dname] + signatures + [cname], target: target)
    }

    private static func referral(_ message: Message, _ question: Question, _ zone: Name) -> Response? {
        let records = message.authorities.filter {
            $0.type == .ns && $0.name.isBelow(zone) && question.name.isEqualOrBelow($0.name)
        }
        guard let child = records.first?.name else { return nil }
        let servers = Array(records.filter { $0.name == child }.prefix(Limits.nameServers))
        let names = servers.compactMap { $0.target }
        // Glue counts when it is in the bailiwick of the zone that gives it.
        let addresses = message.additionals.filter { record in
            record.address != nil && record.name.isEqualOrBelow(zone) && names.contains(record.name)
        }
        return .referral(zone: child, servers: servers, addresses: addresses)
    }
}

extension [Record] {
    /// The records that `isWanted` takes, without a copy where it takes all, as it mostly does.
    fileprivate func selected(where isWanted: (Record) -> Bool) -> [Record] {
        allSatisfy(isWanted) ? self : filter(isWanted)
    }
}
