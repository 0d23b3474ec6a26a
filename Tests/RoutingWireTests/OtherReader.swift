import Foundation
import Laboratory

/// Reads MRT files as other programs do, in the words of `make_mrt.py`.
enum OtherReader: String, CaseIterable {
    /// The package of PyPI; Debian's has another interface, before version 2.
    case bgpdump, mrtparse

    var isInstalled: Bool {
        switch self {
        case .bgpdump: Command.exists("bgpdump")
        case .mrtparse:
            Command.run([
                "python3", "-c", "import mrtparse; assert int(mrtparse.__version__.split('.')[0]) >= 2",
            ]).succeeded
        }
    }

    func routes(_ file: URL) -> [String] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Interoperation/make_mrt.py")
        let run = Command.run(["python3", script.path, "routes", file.path, "--reader", rawValue])
        return run.output.split(separator: "\n").map(String.init).sorted()
    }

    static let readers = allCases.filter(\.isInstalled)

    static let namespacesArePossible: Bool = {
        guard getuid() == 0, let trial = try? Namespace("trial", laboratory: "dump") else { return false }
        trial.remove()
        return true
    }()
}
