import Glibc

/// One trouble from before its beginning to after its end, seen by clients that ask all the while.
///
/// The groups of questions: `known`, names of operator A that were asked before and have expired; `new`, names of
/// operator A never asked before; `copy`, of a zone of operator A that the resolver has a local copy of; `mixed`, of a zone
/// that operators A and C serve together; `other`, of operators that have no trouble.
package struct OutageDrill: Sendable {
    package static let groups = ["known", "new", "copy", "mixed", "other"]
    /// Questions a second.
    package static let rate = 100
    /// Names of the group `known`; all of them are asked within two seconds.
    private static let knownNames = 40

    package let before: TimedLoad
    /// From the beginning of the trouble, for ten seconds.
    package let onset: TimedLoad
    /// The ten seconds after that.
    package let during: TimedLoad
    /// Answers in the middle of it, each group's.
    package let samples: [String: DigAnswer]
    /// Seconds after the end until every question of a whole second, names never asked before among them, was answered;
    /// nil where that took longer than ninety.
    package let freshAfter: Double?
    /// The ten seconds after that.
    package let after: TimedLoad

    package init(_ trouble: OutageTrouble, in laboratory: Laboratory, others: Int) throws(LaboratoryError) {
        var questions = Questions(others: others)
        before = try TimedLoad(laboratory, questions.next(8), rate: Self.rate, seconds: 8)
        try trouble.begin(laboratory)
        onset = try TimedLoad(laboratory, questions.next(10), rate: Self.rate, seconds: 10)
        var samples: [String: DigAnswer] = [:]
        for (group, name) in questions.samples() { samples[group] = laboratory.dig().ask(name) }
        self.samples = samples
        during = try TimedLoad(laboratory, questions.next(10), rate: Self.rate, seconds: 10)
        try trouble.end(laboratory)
        let ended = Patience.now
        var fresh: Double?
        while fresh == nil, Patience.now - ended < 90 {
            let second = try TimedLoad(laboratory, questions.next(1), rate: Self.rate, seconds: 1)
            if Self.groups.allSatisfy({ second[$0].share("NOERROR") == 1 }) { fresh = Patience.now - ended }
        }
        freshAfter = fresh
        after = try TimedLoad(laboratory, questions.next(10), rate: Self.rate, seconds: 10)
    }

    /// The configuration of Afterglow that goes with the groups.
    package static func configuration(_ laboratory: Laboratory) -> String {
        """
        zones:
          - { name: copy.test, file: \(laboratory.zoneFile("copy.test")), use: fallback }

        """
    }

    /// Names of every group in turn, none twice but those that are known.
    private struct Questions {
        let others: Int
        private var serial = 0

        init(others: Int) { self.others = others }

        mutating func next(_ seconds: Int) -> [String] {
            (0..<(seconds * OutageDrill.rate)).map { name(OutageDrill.groups[$0 % OutageDrill.groups.count]) }
        }

        mutating func samples() -> [(String, String)] { OutageDrill.groups.map { ($0, name($0)) } }

        mutating func name(_ group: String) -> String {
            serial += 1
            switch group {
            case "known":
                return "known\(serial / OutageDrill.groups.count % OutageDrill.knownNames).known.virgin.test"
            case "new": return "new\(serial).new.virgin.test"
            case "other": return "other\(serial).other\(serial % max(1, others)).test"
            default: return "\(group)\(serial).\(group).test"
            }
        }
    }
}
