import Dashboard
import Foundation
import Laboratory
import Primitives
import Testing

/// The pages in a real browser: content, keyboard, contrast, a phone's width, darkness, paper.
@Suite(
    .enabled(
        if: Command.exists("chromium") && Command.exists("python3"), "SKIPPED without chromium and python3"))
struct BrowserTests {
    @Test func `pages can be read with a keyboard, on a phone, in the dark, on paper and without scripts`()
        throws
    {
        let log = try PageLog.shared.get()
        let server = DashboardServer(
            log.site, .init(endpoint: Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 0)))
        let endpoint = try server.start()
        defer { server.stop() }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Browser/pages.py").path
        let pages = [
            "/", "/outages", "/outages/\(PageLog.openID)", "/networks", "/as/5089?span=6h", "/zones",
            "/zones/virginmedia.com",
            "/servers/198.51.100.1", "/audit", "/audit?zone=example.com",
        ]
        let pictures = ProcessInfo.processInfo.environment["AFTERGLOW_PICTURES"]
        let run = Command.run(
            ["python3", script, "http://127.0.0.1:\(endpoint.port)"] + pages
                + (pictures.map { ["--pictures", $0] } ?? []), limit: 300)
        #expect(run.output == "\(pages.count) pages seen\n", "\(run.complaint)")
    }
}
