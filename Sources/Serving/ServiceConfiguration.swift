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

    /// How many resolutions run at once.
    package var slots = Admission.Slots()
    /// About how many octets a worker's finished answers may occupy.
    package var answerMemory = 32 << 20
    /// Local copies that are served first.
    package var localZones = ZoneStore()
    /// Local copies that are served when their name servers cannot be reached.
    package var fallbackZones = ZoneStore()

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
