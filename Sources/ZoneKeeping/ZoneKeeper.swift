package import DNSWire
package import EventLoop
package import Primitives
import Synchronization
package import Zones

/// Keeps the local copies of zones: asks primaries when it is time or when they notify, checks what comes, stores
/// it, and hands every change to the workers as a whole.
///
/// It lives on a loop of its own, so that a zone of any size is taken apart without an answer waiting for it.
package actor ZoneKeeper {
    package nonisolated let loop: EventLoop
    nonisolated let store: CopyStore
    nonisolated let cryptography: any TransferCryptography
    nonisolated let report: @Sendable (KeeperReport) -> Void
    private nonisolated let deliver: @Sendable (LocalCopies) async -> Void
    private nonisolated let notifications: Mutex<NotifyResponder>
    private nonisolated let isStopping = Atomic<Bool>(false)

    private var files: [Name: (use: KeptZone.Use, zone: Zone)] = [:]
    var copies: [Name: KeptCopy] = [:]
    private var generations = 0
    private var transfers = 0
    private var waitingTransfers: [UnsafeContinuation<Void, Never>] = []
    /// What the workers have. It is held until all of them have the next: the last reference to a large zone takes
    /// long to let go, and that is to happen here.
    private var delivered = LocalCopies()
    private var delivery = Delivery.idle

    private enum Delivery { case idle, running(again: Bool) }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - deliver: gives the copies to every worker, and returns when all have them.
    ///   - report: takes what the operator is told; must not block for long.
    package init(
        loop: EventLoop, store: CopyStore, cryptography: any TransferCryptography,
        deliver: @escaping @Sendable (LocalCopies) async -> Void,
        report: @escaping @Sendable (KeeperReport) -> Void
    ) {
        self.loop = loop
        self.store = store
        self.cryptography = cryptography
        self.deliver = deliver
        self.report = report
        notifications = Mutex(NotifyResponder(primaries: [:], cryptography: cryptography))
    }

    /// Takes the zones to keep in place of those before. Copies that are held, or on disk from an earlier run, go
    /// on serving; returns when the workers have them.
    package func configure(_ zones: [KeptZone]) async {
        let before = copies
        files = [:]
        copies = [:]
        for zone in zones {
            switch zone.source {
            case .zone(let contents): files[zone.origin] = (zone.use, contents)
            case .transfer(let plan):
                copies[zone.origin] = adopted(before[zone.origin], zone, plan) ?? restored(zone, plan)
            }
        }
        for (origin, copy) in before where copies[origin]?.generation != copy.generation {
            for timer in copy.timers { loop.cancel(timer) }
        }
        allowNotifications()
        await publish()
        for origin in copies.keys.sorted() { awaitNext(origin) }
    }

    /// The serial of the copy of a zone that serves; nil where none does.
    package func serial(of origin: Name) -> SerialNumber? {
        files[origin]?.zone.serial ?? copies[origin]?.served?.serial
    }

    /// Ends everything; what is under way is left without a word.
    package nonisolated func stop() {
        isStopping.store(true, ordering: .relaxed)
        loop.stop()
    }

    nonisolated var hasStopped: Bool { isStopping.load(ordering: .relaxed) }

    /// The copy that is kept already, under the new plan; nil when there is none.
    private func adopted(_ known: KeptCopy?, _ zone: KeptZone, _ plan: TransferPlan) -> KeptCopy? {
        guard var copy = known else { return nil }
        copy.use = zone.use
        guard copy.plan != plan else { return copy }
        copy.plan = plan
        copy.generation = nextGeneration()
        copy.activity = .idle
        copy.saving = .never
        copy.troubles = [:]
        copy.schedule.reconfigure(expiry: plan.expiry, at: loop.now)
        if case .expired(let held) = copy.standing, !copy.schedule.isExpired(at: loop.now) {
            copy.standing = .serving(held)
        }
        return copy
    }

    /// A copy with what an earlier run left.
    private func restored(_ zone: KeptZone, _ plan: TransferPlan) -> KeptCopy {
        var copy = KeptCopy(
            zone.origin, use: zone.use, plan: plan, generation: nextGeneration(), at: loop.now)
        do {
            guard let stored = try store.load(zone.origin),
                let timers = stored.zone.startOfAuthority.startOfAuthority
            else { return copy }
            let age = Duration.milliseconds(
                max(0, loop.wallTime.milliseconds - stored.confirmed.milliseconds))
            copy.schedule.restored(timers, age: age, at: loop.now)
            if copy.schedule.isExpired(at: loop.now) {
                copy.standing = .expired(stored.zone)
                report(.expired(zone.origin, stored.zone.serial, age: age))
            } else {
                copy.standing = .serving(stored.zone)
                report(.restored(zone.origin, .init(stored.zone), age: age))
            }
        } catch {
            report(.unreadable(zone.origin, error))
        }
        return copy
    }

    private func nextGeneration() -> Int {
        generations += 1
        return generations
    }
}

// MARK: To the workers

extension ZoneKeeper {
    /// Gives the workers the copies as they stand. Returns when they have them, or at once when they are being given
    /// others: then these follow.
    func publish() async {
        if case .running = delivery {
            delivery = .running(again: true)
            return
        }
        repeat {
            delivery = .running(again: false)
            let previous = delivered
            delivered = current()
            await deliver(delivered)
            withExtendedLifetime(previous) {}
        } while isWantedAgain
        delivery = .idle
    }

    private var isWantedAgain: Bool {
        guard case .running(let again) = delivery else { return false }
        return again
    }

    private func current() -> LocalCopies {
        var zones: [KeptZone.Use: [Zone]] = [:]
        var confirmed: [Name: Instant] = [:]
        for (_, file) in files { zones[file.use, default: []].append(file.zone) }
        for (origin, copy) in copies {
            guard let zone = copy.served else { continue }
            zones[copy.use, default: []].append(zone)
            confirmed[origin] = copy.schedule.confirmed
        }
        let made = { (use: KeptZone.Use) in (try? ZoneStore(zones[use] ?? [])) ?? ZoneStore() }
        return LocalCopies(always: made(.always), fallback: made(.fallback), confirmed: confirmed)
    }
}

// MARK: NOTIFY

extension ZoneKeeper {
    /// The response to a NOTIFY message, and the check that it causes; nil for octets that are no NOTIFY query.
    ///
    /// Can be called on any thread.
    package nonisolated func answerNotify(
        _ octets: [UInt8], from sender: IPAddress, at time: Timestamp
    ) -> [UInt8]? {
        let responder = notifications.withLock { $0 }
        guard let reaction = responder.react(to: octets, from: sender, at: time) else { return nil }
        if let zone = reaction.zone {
            Task(executorPreference: loop) { await self.notified(zone, by: sender) }
        }
        return reaction.reply
    }

    private func allowNotifications() {
        let primaries = copies.mapValues { copy in
            copy.plan.primaries.map { (address: $0.endpoint.address, key: $0.key) }
        }
        let responder = NotifyResponder(primaries: primaries, cryptography: cryptography)
        notifications.withLock { $0 = responder }
    }

    private func notified(_ origin: Name, by primary: IPAddress) {
        guard var copy = copies[origin] else { return }
        copy.preferred = primary
        if case .checking(_, let end) = copy.activity {
            copy.activity = .checking(again: true, end: end)
            copies[origin] = copy
            return
        }
        copy.schedule.hasten(to: copy.earliestCheck(at: loop.now))
        copies[origin] = copy
        awaitNext(origin)
    }
}

// MARK: Slots

extension ZoneKeeper {
    /// Waits until one of the transfers at once is free.
    func enterTransfer() async {
        if transfers < Limits.transfers {
            transfers += 1
            return
        }
        await withUnsafeContinuation { waitingTransfers.append($0) }
    }

    /// Gives the place to the next that waits.
    func leaveTransfer() {
        guard !waitingTransfers.isEmpty else {
            transfers -= 1
            return
        }
        waitingTransfers.removeFirst().resume()
    }
}
