package import EventLoop
package import Primitives
package import Reachability
package import Routing
import Synchronization

/// Watches what the workers report for outages: drains it ten times a second, has the detector judge, posts the
/// verdicts, sends the probes, and passes everything on to the log.
///
/// When nothing has been reported for some seconds and no outage goes on, it looks once a second only, until the next report. It
/// has a loop of its own, for a timer of it wakes one thread once.
package final class OutageWatch: ReachabilityRecorder {
    /// What is posted for the workers.
    package let board = VerdictBoard()

    /// Takes what the watch passes on; called on its loop.
    package struct Log: Sendable {
        package var observations: @Sendable ([Observation]) -> Void
        package var zone: @Sendable (ZoneServers) -> Void
        package var services: @Sendable ([ClientService]) -> Void
        package var outage: @Sendable (Outage) -> Void
        /// How many reports were dropped so far; told when it has doubled.
        package var dropped: @Sendable (Int) -> Void

        package init(
            observations: @escaping @Sendable ([Observation]) -> Void,
            zone: @escaping @Sendable (ZoneServers) -> Void,
            services: @escaping @Sendable ([ClientService]) -> Void,
            outage: @escaping @Sendable (Outage) -> Void,
            dropped: @escaping @Sendable (Int) -> Void
        ) {
            self.observations = observations
            self.zone = zone
            self.services = services
            self.outage = outage
            self.dropped = dropped
        }
    }

    /// Reports that wait at most: some seconds of a busy resolver. More are dropped and counted.
    package static let reportsMax = 65_536
    /// How often it looks.
    package struct Pace: Sendable {
        /// An outage is to be known within seconds, and clients wait for verdicts.
        package var interval = Duration.milliseconds(100)
        /// While nothing happens: a resolver that nobody asks, or that has every answer, need not wake up more often.
        package var rest = Duration.seconds(1)
        /// Rounds without a report or an outage after which it rests: some seconds, as an exchange may be silent for.
        package var roundsUntilRest = 50

        package init() {}
    }

    private let pace: Pace

    private let inbox = Mutex(Inbox())
    private let state: Mutex<State>
    private let loop: EventLoop
    private let identify: @Sendable ([Observation]) -> [NetworkIdentity]
    private let identifyAddress: @Sendable (IPAddress) -> NetworkIdentity
    private let log: Log
    private let phase = Mutex(Phase.idle)

    /// What one round works on at a time.
    private struct State {
        var detector: OutageDetector
        let random = RandomSource { UInt64.random(in: .min ... .max) }
        var droppedTold = 0
        /// Rounds in a row in which there was nothing to judge.
        var quietRounds = 0
    }

    private enum Phase {
        case idle
        case watching(probe: @Sendable (Probe) -> Void)
        case ended
    }

    private struct Inbox {
        var observations: [Observation] = []
        var zones: [ZoneServers] = []
        var services: [ClientService] = []
        var moments: [RouteMoment] = []
        var dropped = 0
        /// Whether the next round is a rest away, and a report has to call it earlier.
        var isResting = false
        /// The number of the round that comes next; those that were called off have another.
        var round = 0

        var count: Int { observations.count + zones.count + services.count + moments.count }

        mutating func take() -> Inbox {
            var next = Inbox(dropped: dropped, isResting: isResting, round: round)
            // As much may come until the next time; growing bit by bit would hold up the workers.
            next.observations.reserveCapacity(observations.count)
            next.services.reserveCapacity(services.count)
            swap(&self, &next)
            return next
        }

        /// Whether a report that came ends a rest.
        mutating func wake() -> Bool {
            defer { isResting = false }
            return isResting
        }

        /// The number of the next round, before which there may be a rest unless something is reported already.
        mutating func nextRound(mayRest: Bool) -> (number: Int, isAfterRest: Bool) {
            round += 1
            isResting = mayRest && count == 0
            return (round, isResting)
        }
    }

    /// - Parameters:
    ///   - detector: with what an earlier run left.
    ///   - loop: where it works, of which the watch is the owner; by the clock of the observations.
    ///   - identify: the network of each observation's server; may note that it has to be asked for.
    ///   - identifyAddress: the network of an address, as far as it is known.
    package init(
        detector: OutageDetector, loop: EventLoop,
        identify: @escaping @Sendable ([Observation]) -> [NetworkIdentity],
        identifyAddress: @escaping @Sendable (IPAddress) -> NetworkIdentity, log: Log, pace: Pace = Pace()
    ) {
        self.pace = pace
        board.post(detector.verdicts)
        state = Mutex(State(detector: detector))
        self.loop = loop
        self.identify = identify
        self.identifyAddress = identifyAddress
        self.log = log
    }

    package func record(_ observation: Observation) { add { $0.observations.append(observation) } }

    package func record(_ servers: ZoneServers) { add { $0.zones.append(servers) } }

    package func record(_ service: ClientService) { add { $0.services.append(service) } }

    /// Takes in that an AS lost most of its routes, or had them back.
    package func record(_ moment: RouteMoment) { add { $0.moments.append(moment) } }

    /// Whether it looks seldom, until the next report.
    package var isResting: Bool { inbox.withLock { $0.isResting } }

    /// Reports dropped because the watch could not follow.
    package var dropped: Int { inbox.withLock { $0.dropped } }

    /// Begins to watch; `probe` sends one probe and must not block.
    package func start(probe: @escaping @Sendable (Probe) -> Void) {
        phase.withLock { $0 = .watching(probe: probe) }
        loop.run { self.schedule(mayRest: false) }
    }

    /// Takes in what has been reported so far, and ends, and with it the loop.
    package func stop() {
        phase.withLock { $0 = .ended }
        loop.run { _ = self.watch() }
        loop.stop()
    }

    private func add(_ change: (inout Inbox) -> Void) {
        let wakes = inbox.withLock { inbox in
            guard inbox.count < Self.reportsMax else {
                inbox.dropped += 1
                return false
            }
            change(&inbox)
            return inbox.wake()
        }
        if wakes { loop.run { self.schedule(mayRest: false) } }
    }

    /// Has the next round follow. On the loop.
    private func schedule(mayRest: Bool) {
        let (round, isAfterRest) = inbox.withLock { $0.nextRound(mayRest: mayRest) }
        let wait = isAfterRest ? pace.rest : pace.interval
        loop.schedule(at: loop.now + wait) {
            guard self.inbox.withLock({ $0.round == round }),
                case .watching(let probe) = self.phase.withLock({ $0 })
            else { return }
            for question in self.watch() { probe(question) }
            self.schedule(mayRest: self.state.withLock { $0.quietRounds >= self.pace.roundsUntilRest })
        }
    }

    /// One round: the probes that it asks for.
    private func watch() -> [Probe] {
        let now = loop.now
        let reports = inbox.withLock { $0.take() }
        let networks = identify(reports.observations)
        let (report, verdicts) = state.withLock { state in
            let isQuiet = reports.count == 0 && state.detector.openOutages.isEmpty
            state.quietRounds = isQuiet ? state.quietRounds + 1 : 0
            for zone in reports.zones { state.detector.learn(zone, identify: identifyAddress) }
            for (observation, network) in zip(reports.observations, networks) {
                state.detector.observe(observation, in: network)
            }
            for service in reports.services { state.detector.serve(service) }
            for moment in reports.moments { state.detector.take(moment, at: now) }
            if reports.dropped > state.droppedTold * 2 {
                state.droppedTold = reports.dropped
                log.dropped(reports.dropped)
            }
            return (
                state.detector.tick(now: now, wall: loop.wallTime, random: state.random),
                state.detector.verdicts
            )
        }
        if report.verdictsChanged { board.post(verdicts) }
        for outage in report.changed { log.outage(outage) }
        for zone in reports.zones { log.zone(zone) }
        log.observations(reports.observations)
        log.services(reports.services)
        return report.probes
    }
}

extension OutageDetector {
    /// Takes in a loss or return of routes.
    mutating func take(_ moment: RouteMoment, name: String? = nil, at now: Instant) {
        switch moment.kind {
        case .lost: noteLoss(ofRoutesOf: moment.asn, moment.family, name: name, at: now)
        case .returned: noteReturn(ofRoutesOf: moment.asn, moment.family, at: now)
        }
    }
}
