import Foundation
import Primitives
import Yams

extension Settings {
    static var zoneSection: Section<LocalZone> {
        Section(
            defaults: LocalZone(),
            keys: [
                Key("name", \.name, .domain, required: true),
                Key("file", \.file, Form.path.optional),
                Key("primaries", \.primaries, primary.list),
                Key("use", \.use, .choice),
                Key("expire", \.expire, .expiry),
                Key("size-limit", \.sizeLimit, .size),
            ]
        ) { ($0.file == nil) == $0.primaries.isEmpty ? "give either 'file' or 'primaries'" : nil }
    }

    static var keySection: Section<TSIGKey> {
        Section(
            defaults: TSIGKey(),
            keys: [
                Key("name", \.name, .domain, required: true),
                Key("algorithm", \.algorithm, .choice),
                Key("secret", \.secret, secret.optional),
                Key("secret-file", \.secretFile, Form.path.optional),
            ]
        ) { ($0.secret == nil) == ($0.secretFile == nil) ? "give either 'secret' or 'secret-file'" : nil }
    }

    /// A secret in base64. It is never part of a message.
    private static var secret: Form<String> {
        Form(schema: .type("string")) { node, path, reading in
            if let text = node.scalar?.string, let octets = Data(base64Encoded: text), !octets.isEmpty {
                return text
            }
            reading.report("\(path): expected a secret in base64", at: node, path: path)
            return nil
        }
    }

    private struct PrimaryFields {
        var place = EndpointFields()
        var tsig: KeyReference?

        var primary: Primary {
            Primary(endpoint: place.endpoint ?? Endpoint(IPAddress(ipv4: 0), port: 53), tsig: tsig)
        }
    }

    private static var primary: Form<Primary> {
        let section = Section(
            defaults: PrimaryFields(),
            keys: [
                Key("address", \.place.address, Form.line(port: 53).optional, required: true),
                Key("port", \.place.port, Form<Int>.number(1...65535).optional),
                Key("tsig", \.tsig, keyReference.optional),
            ])
        return Form<Endpoint>.line(port: 53).map { Primary(endpoint: $0) }
            .orMapping(section.form.map(\.primary))
    }

    /// A key's name in `tsig-keys`, `[ALGORITHM:]NAME:SECRET` as `dig -y` takes it, or a mapping.
    private static var keyReference: Form<KeyReference> {
        let line = Form<KeyReference>(schema: .type("string")) { node, path, reading in
            guard let text = node.scalar?.string, !text.contains(":") else {
                return inlineKey(node, path, &reading)
            }
            reading.keyReferences.append(Reading.KeyReference(name: text, node: node, path: path))
            return .named(text)
        }
        return line.orMapping(keySection.form.map(KeyReference.key))
    }

    private static func inlineKey(_ node: Node, _ path: String, _ reading: inout Reading) -> KeyReference? {
        let parts = (node.scalar?.string ?? "").split(separator: ":", omittingEmptySubsequences: false)
            .map(String.init)
        let algorithm = parts.count == 3 ? TSIGKey.Algorithm(rawValue: parts[0].lowercased()) : .sha256
        guard (2...3).contains(parts.count), let algorithm, let secret = parts.last,
            Data(base64Encoded: secret)?.isEmpty == false
        else {
            let algorithms = TSIGKey.Algorithm.allCases.map(\.rawValue).joined(separator: ", ")
            reading.report(
                "\(path): expected the name of a key in tsig-keys, [ALGORITHM:]NAME:SECRET with the secret in "
                    + "base64 and one of \(algorithms), or a mapping", at: node, path: path)
            return nil
        }
        return .key(TSIGKey(name: parts[parts.count - 2], algorithm: algorithm, secret: secret))
    }
}
