import Foundation
import Primitives

/// A zone with many names whose records or signatures are changed in one place each, after BIND has signed them.
struct SignedMutation {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The names to be changed, `m0` and so on, with a set each.
    static func text(_ count: Int) -> String {
        (0..<count).map { index in
            let owner = "m\(index)"
            switch index % 4 {
            case 0: return "\(owner) A 192.0.2.10\n\(owner) A 192.0.2.11\n"
            case 1: return "\(owner) A 192.0.2.12\n"
            case 2: return "\(owner) A 192.0.2.13\n\(owner) A 192.0.2.200\n\(owner) A 192.0.2.3\n"
            default: return "*.\(owner) A 192.0.2.14\n"
            }
        }.joined()
    }

    /// The question that brings the set of a name.
    static func question(_ index: Int, origin: String) -> String {
        index % 4 == 3 ? "any.m\(index).\(origin)" : "m\(index).\(origin)"
    }

    /// The zone's records with a change in each such set; one in four stays as it was signed.
    mutating func changed(_ records: [String]) -> [String] {
        var sets: [String: [[String]]] = [:]
        var order: [String] = []
        var others: [String] = []
        for line in records {
            let fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
            let isAddress = fields.count > 4 && (fields[3] == "A" || fields[3] == "RRSIG" && fields[4] == "A")
            let label = fields.first.map { $0.hasPrefix("*.") ? $0.dropFirst(2) : Substring($0) } ?? ""
            guard isAddress, label.hasPrefix("m"), label.dropFirst().first?.isNumber == true else {
                others.append(line)
                continue
            }
            if sets[fields[0]] == nil { order.append(fields[0]) }
            sets[fields[0], default: []].append(fields)
        }
        for owner in order {
            var set = sets[owner] ?? []
            change(&set)
            others += set.map { $0.joined(separator: " ") }
        }
        return others
    }

    /// Fields: owner, TTL, class, `RRSIG`, `A`, algorithm, labels, TTL, end, beginning, tag, signer, signature.
    private mutating func change(_ set: inout [[String]]) {
        guard let place = set.firstIndex(where: { $0[3] == "RRSIG" && $0.count > 12 }) else { return }
        let kind = below(16)
        switch kind {
        case 0...3: return
        case 4: set[set.firstIndex { $0[3] == "A" } ?? 0][4] = "192.0.2.\(100 + below(50))"
        case 5: set.append([set[place][0], set[place][1], "IN", "A", "192.0.2.\(50 + below(50))"])
        case 6: set.remove(at: place)
        case 7: set[place][12] = Self.changed(set[place][12], at: below(40))
        case 8: set[place][10] = String((Int(set[place][10]) ?? 0) ^ (1 << below(16)))
        case 9: set[place][6] = String(max(0, (Int(set[place][6]) ?? 0) + [-2, -1, 1, 2][below(4)]))
        case 10: set[place][7] = String(1 + below(600))
        case 11: set[place][8] = ["20200101000000", "20380101000000", "20301231235959"][below(3)]
        case 12: set[place][9] = ["20200101000000", "20380101000000", "20190606060606"][below(3)]
        case 13: set[place][5] = ["8", "15", "14", "5", "99"][below(5)]
        case 14:
            let zone = set[place][11]
            set[place][11] = ["test.", ".", "sub." + zone, zone.uppercased()][below(4)]
        default:
            var twin = set[place]
            twin[12] = Self.changed(twin[12], at: below(40))
            set.insert(twin, at: below(2) == 0 ? 0 : set.count)
        }
    }

    /// Base 64 with one digit another.
    private static func changed(_ text: String, at place: Int) -> String {
        var digits = Array(text)
        guard place < digits.count else { return text }
        digits[place] = digits[place] == "A" ? "B" : "A"
        return String(digits)
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
}
