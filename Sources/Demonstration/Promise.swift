/// What the demonstration promises to show. It has succeeded only when all of it was seen.
package enum Promise: Sendable, Hashable, CaseIterable {
    case answersBefore, explanation, localCopy, stale, otherServer, undisturbed, flap, recovery
    case firstOutage, secondOutage, routes

    package var text: String {
        switch self {
        case .answersBefore: "before, every client gets answers from name servers"
        case .explanation:
            "new names of a zone that went with AS5089 fail at once, with EDE 22 that says which servers and network"
        case .localCopy: "the zone with a local copy is answered from it"
        case .stale: "names asked before are answered with stale data"
        case .otherServer: "the zone with a server in another network is answered from there"
        case .undisturbed: "names of other networks are answered as ever"
        case .flap: "a brief return is seen, and belongs to the same outage"
        case .recovery: "after each outage every client gets answers from name servers again"
        case .firstOutage: "the log has the first outage of AS5089, network-and-nameservers, with its end"
        case .secondOutage: "the log has the second outage of AS5089, network-and-nameservers, with its end"
        case .routes: "the log has the withdrawn prefixes as a second witness"
        }
    }
}
