import DNSWire
import Primitives
import Validation
import Zones

/// Somebody on the path who rewrites answers, and who has keys of their own but none of the zones'.
struct Liar {
    let random: RandomSource
    let signer: ZoneSigner?

    /// The response with one lie told.
    func rewrite(_ response: Message, to query: Message) -> Message {
        var lie = response
        guard let question = query.questions.first else { return response }
        switch random.below(9) {
        case 0: replaceAddresses(&lie)
        case 1:
            replaceAddresses(&lie)
            strip(&lie, [.rrsig])
        case 2: denyName(&lie, question)
        case 3: answer(&lie, question)
        case 4: strip(&lie, [.ds, .nsec])
        case 5: strip(&lie, [.rrsig])
        case 6: signWithOwnKey(&lie, question)
        case 7: dropAnswer(&lie, question)
        default: flip(&lie)
        }
        return lie
    }

    private func replaceAddresses(_ lie: inout Message) {
        for index in lie.answers.indices where lie.answers[index].address?.family == .ipv4 {
            lie.answers[index].data = RecordData(octets: SimulatedServer.trap.octets)
        }
        for index in lie.additionals.indices where lie.additionals[index].address?.family == .ipv4 {
            lie.additionals[index].data = RecordData(octets: SimulatedServer.trap.octets)
        }
    }

    private func strip(_ lie: inout Message, _ types: Set<RecordType>) {
        func keeps(_ record: Record) -> Bool {
            !types.contains(record.type) && !(record.typeCovered.map(types.contains) ?? false)
        }
        lie.answers = lie.answers.filter(keeps)
        lie.authorities = lie.authorities.filter(keeps)
    }

    /// No such name, with whatever proof the answer had.
    private func denyName(_ lie: inout Message, _ question: Question) {
        lie.answers = []
        lie.responseCode = .nameError
        lie.header.isAuthoritative = true
        guard !lie.authorities.contains(where: { $0.type == .soa }), let zone = question.name.parent else {
            return
        }
        lie.authorities.removeAll { $0.type == .ns }
        lie.authorities.append(
            .startOfAuthority(zone, primary: zone, mailbox: zone, minimum: 60, ttl: 60))
    }

    /// An answer where there may be none.
    private func answer(_ lie: inout Message, _ question: Question) {
        lie.responseCode = .noError
        lie.header.isAuthoritative = true
        lie.authorities = []
        lie.answers = [.address(question.name, SimulatedServer.trap, ttl: 3600)]
    }

    /// The key set and every signature replaced by the liar's own.
    private func signWithOwnKey(_ lie: inout Message, _ question: Question) {
        guard let signer else { return }
        let key = SimulatedSignatures.keyData(SimulatedSignatures.hash([UInt8](repeating: 0x66, count: 8)))
        func resigned(_ records: [Record]) -> [Record] {
            let sets = SignedSet.collect(records)
            return sets.flatMap { set -> [Record] in
                var set = set
                let zone = set.signatures.lazy.compactMap { SignatureRecord($0)?.signer }.first ?? set.name
                if set.type == .dnskey { set.data = [key] }
                if set.type == .ds, let data = signer.signatures.delegationSigner(of: set.name, key) {
                    set.data = [data]
                }
                if set.type == .a { set.data = [RecordData(octets: SimulatedServer.trap.octets)] }
                let records = set.data.map { Record(name: set.name, type: set.type, ttl: set.ttl, data: $0) }
                return records + (signer.sign(set, zone: zone, key: key).map { [$0] } ?? [])
            }
        }
        lie.answers = resigned(lie.answers)
        lie.authorities = resigned(lie.authorities)
    }

    /// The name, and none of what was asked.
    private func dropAnswer(_ lie: inout Message, _ question: Question) {
        lie.answers = []
        lie.header.isAuthoritative = true
        guard let zone = question.name.parent else { return }
        lie.authorities = [.startOfAuthority(zone, primary: zone, mailbox: zone, minimum: 60, ttl: 60)]
    }

    /// One bit of one record's data changed.
    private func flip(_ lie: inout Message) {
        guard !lie.answers.isEmpty else { return }
        let index = random.below(lie.answers.count)
        var octets = lie.answers[index].data.octets
        guard !octets.isEmpty, [.a, .aaaa, .txt, .rrsig, .dnskey, .ds].contains(lie.answers[index].type)
        else { return }
        let position = octets.count - 1 - random.below(min(octets.count, 16))
        octets[position] ^= 1
        guard let data = try? RecordData(checking: octets, type: lie.answers[index].type) else { return }
        lie.answers[index].data = data
    }
}
