package import Primitives

/// What a world has; a swarm of seeds draws different sets (Groce and others, "Swarm Testing", 2012).
package struct WorldOptions: Hashable, Sendable {
    package var topLevelDomains = 3
    package var leafZones = 10
    package var ipv6OnlyServers = false
    package var glueless = false
    package var siblings = false
    package var childZones = false
    /// What is wrong with servers and links from the start; nothing in a calm world.
    package var faults: Set<Fault> = []

    /// Kinds of trouble.
    package enum Fault: UInt8, Hashable, Sendable, CaseIterable, Comparable {
        case loss, duplication, wrongAnswers, forgeries, slowLinks
        case silentServers, lameServers, failingServers, closedServers, unreachableServers
        case truncatingServers, serversWithoutEDNS, brokenIPv6, networkOutage, poisoners

        package static func < (left: Fault, right: Fault) -> Bool { left.rawValue < right.rawValue }

        /// Whether a resolver must still find every answer: every zone keeps an honest way.
        package var isHarmless: Bool {
            switch self {
            case .duplication, .wrongAnswers, .forgeries, .truncatingServers, .serversWithoutEDNS, .poisoners:
                true
            default: false
            }
        }
    }

    package init() {}

    /// Options drawn from `random`: each with even odds, each fault with one in four, one world in four calm.
    package init(drawnFrom random: RandomSource) {
        topLevelDomains = 2 + random.below(4)
        leafZones = 5 + random.below(20)
        ipv6OnlyServers = random.below(2) == 0
        glueless = random.below(2) == 0
        siblings = random.below(2) == 0
        childZones = random.below(2) == 0
        guard random.below(4) > 0 else { return }
        faults = Set(Fault.allCases.filter { _ in random.below(4) == 0 })
    }
}
