/// What every page has around its content.
struct PageFrame {
    /// The pages that the navigation leads to.
    enum Place: String, CaseIterable {
        case now = "/"
        case outages = "/outages"
        case networks = "/networks"
        case zones = "/zones"
        case audit = "/audit"

        var name: String {
            switch self {
            case .now: "Now"
            case .outages: "Outages"
            case .networks: "Networks"
            case .zones: "Zones"
            case .audit: "Audit"
            }
        }
    }

    var title: String
    var place: Place?
    /// Whether the page is read anew when something happens.
    var isLive = false

    func around(_ content: Markup) -> Markup {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) – Afterglow</title>
        <link rel="stylesheet" href="/afterglow.css">
        <link rel="icon" href="/icon.svg" type="image/svg+xml">
        <script src="/afterglow.js" defer></script>
        </head>
        <body\(isLive ? " data-live" : "" as Markup)>
        <a class="skip" href="#main">Skip to content</a>
        <header>
        <a class="brand" href="/">Afterglow</a>
        <nav aria-label="Pages"><ul>
        \(Place.allCases.map(item))</ul></nav>
        </header>
        <main id="main" tabindex="-1">
        \(content)</main>
        <footer><p>All times are UTC. <a href="/api/v1/openapi.json">Interface for programs</a> · <a href="/metrics">Metrics</a></p></footer>
        </body>
        </html>

        """
    }

    private func item(_ place: Place) -> Markup {
        let current: Markup = place == self.place ? " aria-current=\"page\"" : ""
        return "<li><a href=\"\(place.rawValue)\"\(current)>\(place.name)</a></li>\n"
    }
}

/// A page that says what went wrong.
enum ProblemPage {
    static func reply(_ problem: WebProblem) -> WebReply {
        let content: Markup =
            "<h1>\(problem.title)</h1>\n<p>\(problem.detail)</p>\n<p><a href=\"/\">To the first page</a></p>\n"
        return WebReply(
            problem.status, type: "text/html; charset=utf-8", headers: problem.headers,
            PageFrame(title: problem.title).around(content).text)
    }
}
