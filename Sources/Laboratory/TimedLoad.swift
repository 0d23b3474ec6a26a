import Foundation

/// Questions that dnsperf asks at a steady pace, with what each came to.
package struct TimedLoad: Sendable {
    /// What the questions of one group came to.
    package struct Group: Sendable {
        /// Milliseconds of each answer, by response code; lost questions are not among them.
        package fileprivate(set) var answers: [String: [Double]] = [:]
        /// Questions without an answer within five seconds.
        package fileprivate(set) var lost = 0

        /// The questions asked.
        package var asked: Int { answers.values.reduce(lost) { $0 + $1.count } }

        /// The share of questions answered with one of these codes, 0 to 1.
        package func share(_ codes: String...) -> Double {
            let answered = codes.reduce(0) { $0 + (answers[$1]?.count ?? 0) }
            return asked == 0 ? 0 : Double(answered) / Double(asked)
        }

        /// The milliseconds within which this fraction of the questions had an answer of any kind; infinite where
        /// they had none in time.
        package func milliseconds(_ fraction: Double) -> Double {
            let sorted = answers.values.joined().sorted()
            let rank = max(0, Int((fraction * Double(asked)).rounded(.up)) - 1)
            return sorted.indices.contains(rank) ? sorted[rank] : .infinity
        }
    }

    /// By the label that stands first in each name, without the digits at its end.
    package private(set) var groups: [String: Group] = [:]

    /// Asks `rate` questions a second for `seconds`, from inside the laboratory, the names in the order given.
    package init(_ laboratory: Laboratory, _ names: [String], rate: Int, seconds: Int) throws(LaboratoryError)
    {
        let file = try laboratory.write(names.map { "\($0) A\n" }.joined(), to: "timed-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: file) }
        let run = laboratory.run(
            [
                "dnsperf", "-s", "127.0.0.1", "-d", file, "-v", "-e", "-l", String(seconds), "-n", "1", "-c",
                "1",
                "-q", "20000", "-Q", String(rate), "-t", "5",
            ], limit: seconds + 30)
        for line in run.output.split(separator: "\n") { read(line) }
    }

    /// A line such as `> NOERROR known1.virgin.test A 0.000421`, or `> T known1.virgin.test A` for a lost one.
    private mutating func read(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count >= 4, fields[0] == ">" else { return }
        let label = fields[2].prefix { $0 != "." }
        let group = String(label.prefix { !$0.isNumber })
        if fields.count >= 5, let seconds = Double(fields[4]) {
            groups[group, default: Group()].answers[String(fields[1]), default: []].append(seconds * 1000)
        } else {
            groups[group, default: Group()].lost += 1
        }
    }

    /// The group of this label; empty where nothing of it was asked.
    package subscript(_ label: String) -> Group { groups[label] ?? Group() }
}
