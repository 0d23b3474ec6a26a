package import Primitives

extension Settings {
    /// A local copy of a zone, from a file or by transfer.
    package struct LocalZone: Hashable, Sendable {
        package var name = ""
        package var file: String?
        package var primaries: [Primary] = []
        package var use = Use.fallback
        package var expire = Expiry.startOfAuthority
        /// Octets that a transfer may bring.
        package var sizeLimit = 1 << 30

        /// When the copy answers: when the zone is unreachable, or first.
        package enum Use: String, CaseIterable, Sendable { case fallback, always }
    }

    /// How long a copy by transfer serves after its primaries were last heard of.
    package enum Expiry: Hashable, Sendable {
        /// As the zone's SOA record says.
        case startOfAuthority
        case after(Duration)
        case never
    }

    /// A server that a zone is transferred from.
    package struct Primary: Hashable, Sendable {
        package var endpoint: Endpoint
        /// The key that requests and answers are signed with; nil for none.
        package var tsig: KeyReference?
    }

    /// A key where it is used: written there, or by its name in `tsig-keys`.
    package enum KeyReference: Hashable, Sendable {
        case key(TSIGKey)
        case named(String)
    }

    /// A secret shared with a server (RFC 8945).
    package struct TSIGKey: Hashable, Sendable {
        package var name = ""
        package var algorithm = Algorithm.sha256
        /// The secret in base64; nil where it is in a file.
        package var secret: String?
        /// A file that holds the secret in base64.
        package var secretFile: String?

        /// HMAC algorithms (RFC 8945 §6); MD5 is not among them.
        package enum Algorithm: String, CaseIterable, Sendable {
            case sha1 = "hmac-sha1"
            case sha256 = "hmac-sha256"
            case sha384 = "hmac-sha384"
            case sha512 = "hmac-sha512"
        }
    }

    /// The key of `tsig-keys` with this name.
    package func tsigKey(named name: String) -> TSIGKey? {
        tsigKeys.first { Self.keyName($0.name) == Self.keyName(name) }
    }

    /// Key names are domain names: case and the final dot do not matter.
    private static func keyName(_ text: String) -> String {
        let lower = text.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}
