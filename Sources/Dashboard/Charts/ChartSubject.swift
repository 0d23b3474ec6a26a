package import Primitives

/// What a chart is about.
package enum ChartSubject: Sendable, Hashable {
    case network(ASNumber)
    /// A zone in lower-case presentation form, final dot included.
    case zone(String)
    case server(IPAddress)
    /// All that this resolver does.
    case everything

    /// A panel of a chart.
    enum Panel: Hashable {
        case answered
        case routes
        case servers
        case service
    }

    /// The panels, from top to bottom.
    var panels: [Panel] {
        switch self {
        case .network: [.answered, .routes, .servers, .service]
        case .zone: [.answered, .servers, .service]
        case .server: [.answered]
        case .everything: [.answered, .service]
        }
    }
}
