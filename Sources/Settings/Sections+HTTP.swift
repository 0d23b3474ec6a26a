import Primitives

extension Settings {
    private struct HTTPFields {
        var http = HTTP()
        var token: String?
        var tokenFile: String?
    }

    static var httpForm: Form<HTTP> {
        let section = Section(
            defaults: HTTPFields(),
            keys: [
                Key("listen", \.http.listen, .endpoint(port: 8053)),
                Key("names", \.http.names, Form<String>.domain.list),
                Key("token", \.token, Form<String>.text.optional),
                Key("token-file", \.tokenFile, Form<String>.path.optional),
                Key("tls", \.http.tls, tlsSection.form.optional),
            ], check: problem)
        return section.form.map { fields in
            var http = fields.http
            http.isConfigured = true
            http.token = fields.tokenFile.map(Secret.file) ?? fields.token.map(Secret.text)
            return http
        }
    }

    private static var tlsSection: Section<TLS> {
        Section(
            defaults: TLS(),
            keys: [
                Key("certificate", \.certificate, .path, required: true),
                Key("key", \.key, .path, required: true),
                Key("client-ca", \.clientCA, Form<String>.path.optional),
            ])
    }

    private static func problem(with fields: HTTPFields) -> String? {
        if fields.token != nil, fields.tokenFile != nil { return "give either 'token' or 'token-file'" }
        if let token = fields.token, token.utf8.count < HTTP.tokenOctetsMin {
            return
                "'token' must have at least \(HTTP.tokenOctetsMin) octets, such as `openssl rand -hex 16` gives"
        }
        let isGuarded = fields.token != nil || fields.tokenFile != nil || fields.http.tls?.clientCA != nil
        guard !isGuarded, !fields.http.listen.address.isLoopback else { return nil }
        return
            "listening on \(fields.http.listen.address), which others can reach, needs 'token', 'token-file' or "
            + "'tls' with 'client-ca'"
    }
}

extension Settings.HTTP {
    /// The shortest token: what cannot be guessed over the network.
    package static let tokenOctetsMin = 16
}
