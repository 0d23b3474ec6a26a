import Primitives
import Yams

extension Settings {
    static func section(defaults: Settings) -> Section<Settings> {
        Section(
            defaults: defaults,
            keys: [
                Key("listen", \.listen, listener.list),
                Key("workers", \.workers, workersForm),
                Key("busy-poll", \.busyPoll, Form<Duration>.spin.orOff),
                Key("access", \.access, accessSection.form),
                Key("state-directory", \.stateDirectory, .path),
                Key("resolver", \.resolver, resolverSection.form),
                Key("dnssec", \.dnssec, dnssecSection.form),
                Key("cache", \.cache, cacheSection.form),
                Key("zones", \.zones, zoneSection.form.list),
                Key("tsig-keys", \.tsigKeys, keySection.form.list),
                Key("forward", \.forward, forwardSection.form.list),
                Key("routing", \.routing, routingSection.form),
                Key("reachability", \.reachability, reachabilitySection.form),
                Key("http", \.http, httpForm.orOff),
                Key("log", \.log, logSection.form),
                Key("identity", \.identity, identitySection.form),
            ])
    }

    private static var workersForm: Form<Workers> {
        let schema = Schema.any(of: [.words(["auto"]), .type("integer")])
        return .scalar("auto, or a number from 1 to 1024", schema: schema) { text in
            if text == "auto" { return .auto }
            return Int(text).flatMap { (1...1024).contains($0) ? .count($0) : nil }
        }
    }

    private struct ListenerFields {
        var place = EndpointFields()
        var transports: [Transport] = [.udp, .tcp]

        var listener: Listener {
            let unspecified = Endpoint(IPAddress(ipv4: 0), port: 5300)
            return Listener(endpoint: place.endpoint ?? unspecified, transports: transports)
        }
    }

    private static var listener: Form<Listener> {
        let section = Section(
            defaults: ListenerFields(),
            keys: [
                Key("address", \.place.address, Form.line(port: 5300).optional, required: true),
                Key("port", \.place.port, Form<Int>.number(1...65535).optional),
                Key("transport", \.transports, transports),
            ])
        return Form<Endpoint>.line(port: 5300).map { Listener(endpoint: $0) }
            .orMapping(section.form.map(\.listener))
    }

    private static var transports: Form<[Transport]> {
        let one = Form<Transport>.choice
        let many = one.list
        return Form(schema: .any(of: [one.schema, many.schema])) { node, path, reading in
            node.sequence == nil
                ? one.read(node, path, &reading).map { [$0] } : many.read(node, path, &reading)
        }
    }

    private static var accessSection: Section<Access> {
        Section(
            defaults: Access(),
            keys: [
                Key("allow", \.allow, Form<Prefix>.prefix.list.map(AllowList.prefixes)),
                Key("cookies", \.cookies, .toggle),
            ])
    }

    private static var identitySection: Section<Identity> {
        Section(
            defaults: Identity(),
            keys: [
                Key("version", \.version, Form.text.optional), Key("id", \.id, Form.text.optional),
            ])
    }

    private static var cacheSection: Section<Cache> {
        Section(
            defaults: Cache(),
            keys: [
                Key("memory", \.memory, .size), Key("stale-for", \.staleFor, .duration),
                Key("stale-ttl", \.staleTTL, .duration), Key("prefetch", \.prefetch, .toggle),
                Key("snapshot", \.snapshot, .toggle),
            ])
    }

    private static var logSection: Section<Log> {
        Section(
            defaults: Log(), keys: [Key("level", \.level, .choice), Key("format", \.format, .choice)])
    }
}
