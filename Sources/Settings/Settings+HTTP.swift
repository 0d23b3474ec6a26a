package import Primitives

extension Settings {
    /// The page, API and metrics.
    package struct HTTP: Hashable, Sendable {
        package var listen = Endpoint(IPAddress(ipv4: 0x7F00_0001), port: 8053)
        /// Names by which it may be called, besides `localhost` and addresses.
        package var names: [String] = []
        /// What readers must show; nil where they need not.
        package var token: Secret?
        package var tls: TLS?
        /// Whether the configuration asks for it, so that it must not be left out.
        package var isConfigured = false

        package init() {}
    }

    /// A secret that is written in the configuration or stands alone in a file.
    package enum Secret: Hashable, Sendable {
        case text(String)
        case file(String)
    }

    /// The certificate of the page, and whom readers' certificates must come from.
    package struct TLS: Hashable, Sendable {
        /// PEM files: the chain, the server's own certificate first, and its key.
        package var certificate = ""
        package var key = ""
        /// A PEM file of authorities; nil asks readers for no certificate.
        package var clientCA: String?

        package init(certificate: String = "", key: String = "", clientCA: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.clientCA = clientCA
        }
    }
}
