/// Routes that BIRD is to tell, as its static protocols: each prefix with the AS that it comes from, nil for BIRD's own.
struct BIRDStatics {
    private let routes: [String: Int?]

    init(_ routes: [String: Int?]) { self.routes = routes }

    init(_ routes: [String: Int]) { self.routes = routes.mapValues { $0 } }

    /// One protocol for each family.
    var text: String {
        """
        protocol static s4 {
          ipv4;
        \(lines(false))}
        protocol static s6 {
          ipv6;
        \(lines(true))}
        """
    }

    private func lines(_ isSix: Bool) -> String {
        routes.filter { $0.key.contains(":") == isSix }.sorted { $0.key < $1.key }
            .map { prefix, origin in
                let path = origin.map { " { bgp_path.prepend(\($0)); }" } ?? ""
                return "  route \(prefix) blackhole\(path);\n"
            }.joined()
    }
}
