public import Primitives

/// One question that the detector wants asked: the SOA record of a zone, of one of its servers. What comes of it
/// returns as an ordinary observation.
public struct Probe: Sendable, Hashable {
    public var server: IPAddress
    /// A zone that the server serves, in lower-case presentation form, final dot included.
    public var zone: String

    public init(server: IPAddress, zone: String) {
        self.server = server
        self.zone = zone
    }
}
