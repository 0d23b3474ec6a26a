import DNSWire
import EventLoop
import Primitives
import Zones

extension ZoneKeeper {
    /// Sets the timer for what comes next of a zone, unless its primaries are being asked.
    func awaitNext(_ origin: Name) {
        guard !hasStopped, var copy = copies[origin] else { return }
        switch copy.activity {
        case .checking: return
        case .waiting(let token): loop.cancel(token)
        case .idle: break
        }
        let generation = copy.generation
        let token = loop.schedule(at: copy.schedule.wakes(at: loop.now)) {
            self.assumeIsolated { $0.due(origin, generation) }
        }
        copy.activity = .waiting(token)
        copies[origin] = copy
    }

    /// The timer's instant has come: for the copy's end, for a check, or for both.
    private func due(_ origin: Name, _ generation: Int) {
        guard !hasStopped, let copy = copies[origin], copy.generation == generation else { return }
        let now = loop.now
        if copy.schedule.isExpired(at: now) { expire(origin) }
        if case .checking = copy.activity { return }
        copies[origin]?.activity = .idle
        guard now >= copy.schedule.nextCheck else { return awaitNext(origin) }
        let end = copy.schedule.end.flatMap { $0 > now ? $0 : nil }.map { end in
            loop.schedule(at: end) { self.assumeIsolated { $0.due(origin, generation) } }
        }
        copies[origin]?.activity = .checking(again: false, end: end)
        Task(executorPreference: loop) { await self.check(origin, generation) }
    }

    private func expire(_ origin: Name) {
        guard let copy = copies[origin], let zone = copy.served else { return }
        copies[origin]?.standing = .expired(zone)
        let age = copy.schedule.confirmed.map { loop.now - $0 } ?? .zero
        report(.expired(origin, zone.serial, age: age))
        Task(executorPreference: loop) { await self.publish() }
    }

    /// Asks the primaries in turn until one has a newer version; one that has ours confirms it.
    private func check(_ origin: Name, _ generation: Int) async {
        await enterTransfer()
        defer { leaveTransfer() }
        var isConfirmed = false
        for primary in copies[origin]?.order ?? [] {
            guard let copy = copies[origin], copy.generation == generation else { return }
            let session = TransferSession(
                loop: loop, origin: origin, primary: primary, held: copy.served,
                octetsMax: copy.plan.octetsMax, cryptography: cryptography)
            let outcome = await session.run()
            guard !hasStopped, copies[origin]?.generation == generation else { return }
            switch outcome {
            case .unchanged:
                note(nil, of: primary.endpoint, origin)
                isConfirmed = true
            case .failed(let trouble):
                note(trouble, of: primary.endpoint, origin)
            case .replaced(let arrival):
                note(nil, of: primary.endpoint, origin)
                await take(arrival, from: primary.endpoint, origin)
                return finish(origin, generation)
            }
        }
        await settle(origin, isConfirmed: isConfirmed)
        finish(origin, generation)
    }

    /// Tells the operator of a primary's trouble when it is another than before, and of its end.
    private func note(_ trouble: TransferTrouble?, of primary: Endpoint, _ origin: Name) {
        guard let copy = copies[origin], copy.troubles[primary] != trouble else { return }
        copies[origin]?.troubles[primary] = trouble
        if let trouble {
            report(.failing(origin, primary, trouble, serving: copy.served?.serial))
        } else {
            report(.recovered(origin, primary))
        }
    }

    /// A new version: it serves first and is written then, for a full disk stops no answer.
    private func take(_ arrival: TransferSession.Arrival, from primary: Endpoint, _ origin: Name) async {
        guard let timers = arrival.zone.startOfAuthority.startOfAuthority else { return }
        copies[origin]?.standing = .serving(arrival.zone)
        copies[origin]?.preferred = primary.address
        copies[origin]?.schedule.succeeded(timers, at: loop.now, early: jitter)
        await publish()
        let transfer = KeeperReport.Transfer(
            primary: primary, method: arrival.method, octets: arrival.octets, duration: arrival.duration)
        report(.transferred(origin, .init(arrival.zone), transfer))
        save(origin)
    }

    /// Writes the copy, or has it written when the last time is long enough ago.
    private func save(_ origin: Name) {
        guard !hasStopped, let copy = copies[origin], let zone = copy.served,
            let confirmed = copy.schedule.confirmed
        else { return }
        let now = loop.now
        switch copy.saving {
        case .waiting: return
        case .done(let last) where now < last + Limits.saveInterval:
            let generation = copy.generation
            let timer = loop.schedule(at: last + Limits.saveInterval) {
                self.assumeIsolated { $0.saveIsDue(origin, generation) }
            }
            copies[origin]?.saving = .waiting(timer)
            return
        case .never, .done: break
        }
        copies[origin]?.saving = .done(now)
        let age = (now - confirmed).nanoseconds / 1_000_000
        let time = Timestamp(milliseconds: loop.wallTime.milliseconds - age)
        keepStored(origin) { () throws(CopyStore.Problem) in
            try store.save(CopyFile(zone: zone, confirmed: time))
        }
    }

    private func saveIsDue(_ origin: Name, _ generation: Int) {
        guard copies[origin]?.generation == generation else { return }
        copies[origin]?.saving = .never
        save(origin)
    }

    /// No primary has a newer version: the copy is confirmed, or the check has failed.
    private func settle(_ origin: Name, isConfirmed: Bool) async {
        guard isConfirmed, let zone = copies[origin]?.served,
            let timers = zone.startOfAuthority.startOfAuthority
        else {
            copies[origin]?.schedule.failed(at: loop.now, early: jitter)
            return
        }
        copies[origin]?.schedule.succeeded(timers, at: loop.now, early: jitter)
        let confirmed = loop.wallTime
        keepStored(origin) { () throws(CopyStore.Problem) in
            try store.confirm(origin, serial: zone.serial, at: confirmed)
        }
        await publish()
    }

    /// Writes, and tells the operator when that begins or ceases to fail.
    private func keepStored(_ origin: Name, _ write: () throws(CopyStore.Problem) -> Void) {
        do {
            try write()
            if copies[origin]?.storeProblem != nil { report(.written(origin)) }
            copies[origin]?.storeProblem = nil
        } catch {
            if copies[origin]?.storeProblem != error { report(.unwritable(origin, error)) }
            copies[origin]?.storeProblem = error
        }
    }

    private func finish(_ origin: Name, _ generation: Int) {
        guard var copy = copies[origin], copy.generation == generation else { return }
        copy.lastCheck = loop.now
        if case .checking(_, let end?) = copy.activity { loop.cancel(end) }
        if case .checking(again: true, _) = copy.activity {
            copy.schedule.hasten(to: copy.earliestCheck(at: loop.now))
        }
        copy.activity = .idle
        copies[origin] = copy
        awaitNext(origin)
    }

    /// The part of an interval by which a check comes early: copies shall not all ask at once.
    private var jitter: Double { Double(loop.random.below(1000)) / 10_000 }
}
