package import Primitives
package import Recursion
package import Zones

/// What a worker is told once.
package struct ServiceConfiguration: Sendable {
    package var resolver: ResolverConfiguration
    package var access: AccessList
    package var identity: ServerIdentity
    /// The cookies that answers carry (RFC 7873); nil for none.
    package var cookies: ServerCookies?
    package var specialUseNames: Bool
    /// After this long a stale answer is given, where there is one, and the resolution goes on (RFC 8767 §5).
    package var clientDeadline: Duration

    /// Whether answers that clients go on asking for are resolved anew before they run out.
    package var prefetch = true
    /// How many resolutions run at once.
    package var slots = Admission.Slots()
    /// About how many octets a worker's finished answers may occupy.
    package var answerMemory = 32 << 20
    /// The local copies to begin with; `Worker.replaceCopies` takes others.
    package var copies = LocalCopies()
    /// The response to a NOTIFY message (RFC 1996), from its octets, its sender and the time; nil leaves it
    /// unheeded. Called on the worker's loop, must not block.
    package var answerNotify: @Sendable ([UInt8], IPAddress, Timestamp) -> [UInt8]? = { _, _, _ in nil }

    package init(
        resolver: ResolverConfiguration, access: AccessList, identity: ServerIdentity = ServerIdentity(),
        specialUseNames: Bool = true, clientDeadline: Duration = .milliseconds(1800)
    ) {
        self.resolver = resolver
        self.access = access
        self.identity = identity
        self.specialUseNames = specialUseNames
        self.clientDeadline = clientDeadline
    }
}
