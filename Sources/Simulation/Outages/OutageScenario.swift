import Primitives

/// A known outage as a replayable script: the world around it and its timeline.
package struct OutageScenario: Sendable, CustomStringConvertible {
    package var name: String
    package var world: OutageWorld
    /// Whether the detector remembers the servers from before.
    package var hasHistory = true
    /// Seconds between ticks; longer in scripts of many hours.
    package var tick = 0.1

    package var description: String { name }

    package static let all: [OutageScenario] = [
        .vm2023, .fb2021, .rogers2022, .optus2023, .dyn2016, .akamai2021, .resolver2025, .nodata2025,
        .orange2024,
        .slowDDoS, .ownUplink, .ownIPv6Only, .singleServer, .lossy, .rateLimit,
    ]

    /// Runs it to its end.
    package func run(seed: UInt64) -> OutageRun {
        let run = OutageRun(world, seed: seed, history: hasHistory, tick: tick)
        run.run()
        return run
    }

    /// An Internet around an outage, from `epoch`, in seconds since 1970: root and TLD servers and some networks that are asked now and then.
    static func surroundings(
        _ duration: Double, at epoch: Int64, families: [AddressFamily] = [.ipv4], rate: Double = 0.1,
        loss: Double = 0.005
    ) -> OutageWorld {
        var world = OutageWorld(duration: duration)
        world.epoch = Timestamp(seconds: epoch)
        for family in families {
            world.addAnchors(family)
            for count in [1, 2, 2, 4] { world.addNetwork(family, servers: count, rate: rate, loss: loss) }
        }
        return world
    }
}
