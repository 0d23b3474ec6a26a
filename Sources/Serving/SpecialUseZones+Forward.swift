package import DNSWire
package import Recursion
package import Zones

extension SpecialUseZones {
    /// The response to a query for a special-use name; nil for other names, and for those that forwards send to other
    /// resolvers all the same.
    package func respond(to query: Message, unlessForwardedBy forwards: [Forward])
        -> Message?
    {
        guard let question = query.questions.first else { return nil }
        if let forward = forwards.covering(question),
            let origin = origin(answering: question.name, question.type), forward.name.isEqualOrBelow(origin)
        {
            return nil
        }
        return respond(to: query)
    }
}
