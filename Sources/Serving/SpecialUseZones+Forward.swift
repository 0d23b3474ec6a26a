package import DNSWire
package import Recursion
package import Zones

extension SpecialUseZones {
    /// The response to a query for a special-use name; nil for other names, and for those that a configuration sends to other
    /// resolvers all the same.
    package func respond(to query: Message, unlessForwardedBy configuration: ResolverConfiguration)
        -> Message?
    {
        guard let question = query.questions.first else { return nil }
        if let forward = configuration.forward(for: question),
            let origin = origin(answering: question.name, question.type), forward.name.isEqualOrBelow(origin)
        {
            return nil
        }
        return respond(to: query)
    }
}
