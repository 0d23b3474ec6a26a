import Foundation
import Laboratory
import Testing

/// `afterglow anchors` on a state directory of its own, without a resolver.
@Suite(
    "afterglow anchors",
    .enabled(if: CommandLog.executable != nil, "SKIPPED without the executable afterglow"))
struct AnchorCommandTests {
    private let directory: CommandLog

    init() throws { directory = try CommandLog() }

    private func anchors(_ arguments: String...) -> Command {
        Command.run(
            [
                "env", "AFTERGLOW_STATE_DIRECTORY=" + directory.directory.path,
                CommandLog.executable ?? "afterglow", "anchors",
            ]
                + arguments)
    }

    @Test("list: the root's keys of 2017 and 2024, configured until they have been seen")
    func builtIn() throws {
        let list = anchors("list")
        #expect(
            list.output == """
                ZONE  KEY    ALGORITHM  STATE       TRUSTED
                .     20326  RSASHA256  configured  yes
                .     38696  RSASHA256  configured  yes

                """)
        let first = try #require(anchors("list", "--json").output.split(separator: "\n").first)
        #expect(
            first
                == #"{"zone":".","key_tag":20326,"algorithm":"RSASHA256","state":"configured","trusted":true,"trusted_from":null}"#
        )
    }

    @Test("negative: one is added, prolonged, listed and removed; what has ended is forgotten")
    func negative() throws {
        #expect(anchors("negative", "list").output == "no negative anchors\n")
        let added = anchors("negative", "add", "Broken.example", "--for", "2h")
        #expect(added.output.hasPrefix("validation is off at and below Broken.example. until 20"))
        #expect(anchors("negative", "add", "broken.example", "--for", "7d").succeeded)
        let lines = anchors("negative", "list").output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.split(whereSeparator: \.isWhitespace) == ["NAME", "UNTIL", "LEFT", "SET"])
        let columns = try #require(lines.last).split(whereSeparator: \.isWhitespace)
        #expect(columns.first == "broken.example.")
        #expect(["7d", "6d23h"].contains(columns[2]))
        #expect(
            anchors("negative", "list", "--json").output.hasPrefix(#"{"name":"broken.example.","until":"20"#))
        let file = directory.file("negative-anchors.txt")
        try "; by hand\nended.example. 1000 900\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(anchors("negative", "list").output == "no negative anchors\n")
        #expect(anchors("negative", "remove", "ended.example").status == 1)
        #expect(anchors("negative", "add", "other.example").succeeded)
        #expect(try !String(contentsOfFile: file, encoding: .utf8).contains("ended.example"))
        #expect(anchors("negative", "remove", "other.example").succeeded)
    }

    @Test("What is wrong is named with its place, and nothing is changed")
    func mistakes() throws {
        #expect(anchors("negative", "add", "a..b").status != 0)
        for duration in ["31d", "0s", "-1d", "1y", "soon"] {
            let refused = anchors("negative", "add", "a.example", "--for=" + duration)
            #expect(refused.complaint.contains("not a duration of at most 30 days"), "\(duration)")
        }
        let file = directory.file("negative-anchors.txt")
        let text = "a.example. 4000000000 1000\nnonsense\n"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let broken = anchors("negative", "add", "b.example")
        #expect(broken.status == 2)
        #expect(broken.complaint.contains("negative-anchors.txt:2: not a name and two times in seconds"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    }
}
