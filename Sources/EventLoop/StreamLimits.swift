import Primitives

/// What a TCP listener gives to its clients, so that no client keeps descriptors or memory from others.
public struct StreamLimits: Hashable, Sendable {
    /// Connections that a listener holds, so that descriptors remain for upstream exchanges.
    public var connections = 1000
    /// Connections of one client, so that it does not keep the others out; an IPv6 client is a /64.
    public var connectionsPerClient = 250
    /// Unanswered messages of one connection; reading pauses there (RFC 7766 §6.2.1.1).
    public var pipelinedMessages = 64
    /// How long a connection may be without a message or an answer due (RFC 7766 §6.2.3 suggests seconds).
    public var idle = Duration.seconds(10)
    /// How long a begun message may stay incomplete: senders of an octet at a time are closed.
    public var partialMessage = Duration.seconds(10)
    /// How long after its last message a connection may wait for answers and read them: three times as long
    /// as a resolution may take.
    public var answers = Duration.seconds(30)
    /// How long a client may leave its answers unread.
    public var unread = Duration.seconds(10)
    /// Octets waiting for a client that does not read: four of the largest messages.
    public var outputOctets = 256 * 1024

    /// The defaults, for a server of many clients.
    public init() {}
}
