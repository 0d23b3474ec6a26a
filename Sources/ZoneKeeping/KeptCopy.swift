import DNSWire
import EventLoop
import Primitives
import Zones

/// One zone that is kept by transfer: its copy, and when what happens next.
struct KeptCopy {
    enum Activity {
        case idle
        case waiting(TimerToken)
        /// Primaries are being asked; `again` when NOTIFY has come meanwhile. The copy may end before they answer.
        case checking(again: Bool, end: TimerToken?)
    }

    /// Whether the copy is on disk.
    enum Saving {
        case never
        case done(Instant)
        /// A newer version waits for its turn.
        case waiting(TimerToken)
    }

    /// Whether the copy answers.
    enum Standing {
        case absent
        case serving(Zone)
        /// Kept to be compared with, and served no more.
        case expired(Zone)
    }

    let origin: Name
    var use: KeptZone.Use
    var plan: TransferPlan
    /// Changes with the plan: what was begun under an older one is of no use.
    var generation: Int
    var schedule: ZoneSchedule
    var standing = Standing.absent
    var activity = Activity.idle
    var lastCheck: Instant?
    /// Asked before the others: the primary that sent NOTIFY, or the last that gave a copy.
    var preferred: IPAddress?
    /// What is wrong with each primary that fails.
    var troubles: [Endpoint: TransferTrouble] = [:]
    var storeProblem: CopyStore.Problem?
    var saving = Saving.never

    init(_ origin: Name, use: KeptZone.Use, plan: TransferPlan, generation: Int, at now: Instant) {
        self.origin = origin
        self.use = use
        self.plan = plan
        self.generation = generation
        schedule = ZoneSchedule(expiry: plan.expiry, at: now)
    }

    /// The timers that are set.
    var timers: [TimerToken] {
        var timers: [TimerToken] = []
        switch activity {
        case .idle: break
        case .waiting(let token): timers.append(token)
        case .checking(_, let token): if let token { timers.append(token) }
        }
        if case .waiting(let token) = saving { timers.append(token) }
        return timers
    }

    /// The zone that answers.
    var served: Zone? {
        guard case .serving(let zone) = standing else { return nil }
        return zone
    }

    /// The primaries in the order in which they are asked.
    var order: [Primary] {
        plan.primaries.filter { $0.endpoint.address == preferred }
            + plan.primaries.filter { $0.endpoint.address != preferred }
    }

    /// The earliest check that NOTIFY may cause.
    func earliestCheck(at now: Instant) -> Instant {
        max(now, lastCheck.map { $0 + Limits.notifyInterval } ?? now)
    }
}
