import DNSWire
import Primitives
import Recursion
import Simulation
import Zones

/// A calm world, one of its leaf zones with servers of its own, and a run to make trouble in.
final class Scenario {
    let world: SimulatedWorld
    let zone: Name
    /// The zone's servers.
    let addresses: [IPAddress]
    var run: SimulatedRun

    struct NoSuchZone: Error {}
    struct NoOutcome: Error {}

    /// - Parameter addressesMin: the fewest server addresses that the zone must have, both families among them.
    init(
        seed: UInt64 = 7, addressesMin: Int = 3, adjust: (inout ResolverConfiguration) -> Void = { _ in }
    ) throws {
        world = try SimulatedWorld(seed: seed, options: WorldOptions())
        let world = world
        let fitting = world.zones.origins.first { origin in
            origin.labelCount == 2 && world.addresses(of: origin).count >= addressesMin
        }
        guard let fitting else { throw NoSuchZone() }
        zone = fitting
        addresses = world.addresses(of: fitting)
        run = SimulatedRun(world: world, adjust: adjust)
    }

    var internet: SimulatedInternet { run.internet }

    func name(_ label: String) -> Name { zone.prepending(Array(label.utf8)) ?? zone }

    func behave(_ conduct: SimulatedServer.Conduct, _ addresses: some Sequence<IPAddress>) {
        for address in addresses { internet.servers[Endpoint(address, port: 53)]?.conduct = conduct }
    }

    /// Asks one question, lets `duration` pass, and returns what came of it.
    func ask(_ label: String, _ type: RecordType = .a, for duration: Duration = .seconds(20))
        throws -> ClientOutcome
    {
        let before = run.executor.now
        run.ask(Question(name(label), type))
        let outcome = run.run(for: duration).since(before).outcomes.last {
            $0.query.question.name == name(label)
        }
        guard let outcome else { throw NoOutcome() }
        return outcome
    }

    /// The part of the whole address space in which no packet arrives.
    func cut(_ family: AddressFamily, for duration: Duration, effect: Partition.Effect = .silence) {
        let zero = IPAddress(family: family, high: 0, low: 0)
        internet.partitions.append(
            Partition(
                prefix: Prefix(zero, length: 0), from: internet.now, until: internet.now + duration,
                effect: effect))
    }
}
