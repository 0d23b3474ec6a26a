import CLinux
import Glibc
public import Primitives
import Synchronization

/// A worker: one thread that waits for sockets and timers with epoll and runs its actors' jobs.
///
/// Sockets, timers and random numbers are confined to the loop's thread; `enqueue`, `start` and `stop`
/// can be called from any.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// What other threads handed over and the loop has not yet taken.
    private struct Arrivals {
        var jobs: [UnownedJob] = []
        var isSignalled = false
        /// Whether no thread takes them any more, because the loop has ended.
        var isUnattended = false
    }

    /// What a job that comes from another thread asks for.
    private enum Arrival {
        case isExpected, wakesLoop, needsThread
    }

    private enum Life {
        case created
        case running(pthread_t)
        case ended
    }

    /// The worker's name, also its thread's.
    public let name: String
    /// Unpredictable numbers from the kernel; to be used on the loop alone.
    public let random: RandomSource
    /// The clocks of timers and of `now`.
    public let clock: MachineClock

    private let queue: Int32
    private let wakeup: Int32
    @exclusivity(unchecked) private var alarm: Alarm
    /// For how long the loop asks the kernel again before it lets it put the thread to sleep, in nanoseconds; 0 for not at all.
    private let busyPoll: Int64
    private let arrivals = Mutex(Arrivals())
    private let life = Mutex(Life.created)
    private let thread = Atomic<UInt>(0)
    private let isStopping = Atomic<Bool>(false)

    @exclusivity(unchecked) private var jobs: [UnownedJob] = []
    private var spareJobs: [UnownedJob] = []
    @exclusivity(unchecked) private var timers = TimerQueue()
    @exclusivity(unchecked) private var sources = Slab<any ReadinessSource>()
    @exclusivity(unchecked) var idleSockets = IdleSockets()
    /// Closes idle sockets when they have grown old; nil while there are none.
    var sweep: TimerToken?
    @exclusivity(unchecked) private var unflushed: [DatagramListener] = []
    /// How often the kernel was told to report something else of a descriptor, which is a system call each time.
    public private(set) var interestChanges = 0
    private var backlogs: [() -> Bool] = []
    @exclusivity(unchecked) private var hasBacklog = false
    private var batchInstant: Instant
    /// Read when it is first asked for.
    @exclusivity(unchecked) private var batchTime: Timestamp?
    private var events = [afterglow_event](repeating: afterglow_event(), count: Limits.eventsPerWait)

    /// Room for one arriving message, shared by all sockets of the loop.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.messageOctets, alignment: 16)
    /// Room for one answer over a stream that is given where its question was read.
    let replyScratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Int(AFTERGLOW_DATAGRAM_OCTETS), alignment: 16)

    /// A loop that waits for `start`; throws when the kernel has no descriptor left.
    ///
    /// - Parameter busyPoll: for how long the thread stays awake when there is nothing to do. Waking it takes the kernel some
    ///   microseconds, more where a processor has gone to sleep meanwhile, and in virtual machines; that is saved, and the
    ///   processor is kept busy.
    public init(
        name: String, clock: MachineClock = MachineClock(), busyPoll: Duration? = nil
    ) throws(SystemError) {
        self.name = name
        self.clock = clock
        self.busyPoll = max(0, busyPoll?.nanoseconds ?? 0)
        batchInstant = clock.now
        let kernel = KernelRandom()
        random = RandomSource { kernel.next() }
        queue = try SystemError.check(.createQueue, afterglow_epoll_create())
        wakeup = try SystemError.check(.createWakeup, afterglow_eventfd())
        alarm = try Alarm()
        let events = Readiness.readable.rawValue
        _ = try SystemError.check(.register, afterglow_epoll_add(queue, wakeup, events, Self.wakeupToken))
        _ = try SystemError.check(
            .register, afterglow_epoll_add(queue, alarm.descriptor, events | AFTERGLOW_EDGE, Self.alarmToken))
    }

    /// Tokens of what is no source; keys of sources are above.
    private static let wakeupToken: UInt64 = 0
    private static let alarmToken: UInt64 = 1

    deinit {
        _ = afterglow_close(wakeup)
        _ = afterglow_close(queue)
        scratch.deallocate()
        replyScratch.deallocate()
    }

    /// Starts the thread; a second call does nothing.
    public func start() {
        life.withLock { life in
            guard case .created = life else { return }
            life = .running(makeThread())
        }
    }

    /// Ends the loop after the jobs that wait, closes its sockets, and joins the thread.
    ///
    /// Exchanges in flight end as local failures with ECANCELED, and sleeps return. Actors of the loop may be
    /// called after the end: their jobs run one at a time on threads of their own, and all that they begin
    /// with sockets or timers ends at once in the same way. On the loop itself, `stop` returns before the end.
    public func stop() {
        isStopping.store(true, ordering: .releasing)
        start()
        afterglow_eventfd_signal(wakeup)
        let identity: pthread_t? = life.withLock { life in
            guard case .running(let identity) = life else { return nil }
            life = .ended
            return identity
        }
        guard let identity else { return }
        if isCurrent {
            pthread_detach(identity)
        } else {
            pthread_join(identity, nil)
        }
    }

    /// Has the loop's thread give way to others when processors are short. On the loop only.
    public func lowerPriority() {
        checkIsolated()
        afterglow_lower_priority()
    }

    /// Whether the caller runs on this loop's thread.
    public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Monotonic time, read once for each batch of events.
    public var now: Instant {
        isCurrent ? batchInstant : clock.now
    }

    /// UTC, read once for each batch of events.
    public var wallTime: Timestamp {
        guard isCurrent else { return clock.wallTime }
        let time = batchTime ?? clock.wallTime
        batchTime = time
        return time
    }
}

// MARK: Executor

extension EventLoop {
    /// Takes a job: without a lock on the loop itself, with one wakeup for a burst from elsewhere.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            jobs.append(job)
            return
        }
        let arrival = arrivals.withLock { arrivals in
            arrivals.jobs.append(job)
            defer { (arrivals.isSignalled, arrivals.isUnattended) = (true, false) }
            if arrivals.isUnattended { return Arrival.needsThread }
            return arrivals.isSignalled ? .isExpected : .wakesLoop
        }
        switch arrival {
        case .isExpected: return
        case .wakesLoop: afterglow_eventfd_signal(wakeup)
        // A task that was elsewhere when the loop ended comes back to be finished.
        case .needsThread: pthread_detach(makeThread())
        }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    public func checkIsolated() {
        precondition(isCurrent, "called off the loop that it is confined to")
    }

    private func takeArrivals() {
        afterglow_eventfd_drain(wakeup)
        arrivals.withLock { arrivals in
            jobs.append(contentsOf: arrivals.jobs)
            arrivals.jobs.removeAll(keepingCapacity: true)
            arrivals.isSignalled = false
        }
    }

    private func runJobs() {
        for _ in 0..<Limits.jobRounds where !jobs.isEmpty {
            swap(&jobs, &spareJobs)
            for job in spareJobs {
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            spareJobs.removeAll(keepingCapacity: true)
        }
    }
}

// MARK: Timers

extension EventLoop {
    /// Runs `action` on the loop when `instant` has come. On the loop only.
    @discardableResult
    public func schedule(at instant: Instant, _ action: @escaping () -> Void) -> TimerToken {
        checkIsolated()
        return timers.schedule(at: instant, action)
    }

    /// Forgets a scheduled action; one that has run or was cancelled is no error. On the loop only.
    public func cancel(_ token: TimerToken) {
        checkIsolated()
        timers.cancel(token)
    }

    /// Returns when `instant` has come, or when the loop ends. On the loop only.
    public func sleep(until instant: Instant) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            schedule(at: instant) { continuation.resume() }
        }
    }
}

// MARK: Sockets

extension EventLoop {
    func register(
        _ descriptor: Int32, for interest: Readiness, _ source: any ReadinessSource
    ) throws(SystemError) -> Registration {
        checkIsolated()
        let key = sources.insert(source)
        do {
            _ = try SystemError.check(
                .register, afterglow_epoll_add(queue, descriptor, interest.rawValue, key))
        } catch {
            _ = sources.remove(key)
            throw error
        }
        return Registration(descriptor: descriptor, key: key)
    }

    func change(_ registration: Registration, to interest: Readiness) {
        checkIsolated()
        interestChanges += 1
        _ = afterglow_epoll_change(queue, registration.descriptor, interest.rawValue, registration.key)
    }

    /// Forgets and closes the descriptor.
    func close(_ registration: Registration) {
        checkIsolated()
        guard sources.remove(registration.key) != nil else { return }
        // The kernel forgets a descriptor that is closed: nothing else here refers to the same socket.
        _ = afterglow_close(registration.descriptor)
    }

    /// Has `listener` send what it queued when this iteration ends.
    func flushAtEnd(_ listener: DatagramListener) { unflushed.append(listener) }
}

// MARK: Backlogs

extension EventLoop {
    /// Has `work` called once in each iteration after sockets, timers and jobs, from `backlogGrew` on until it returns false:
    /// for work that may pile up, a little at a time, so that what is quick goes first. On the loop only.
    public func addBacklog(_ work: @escaping () -> Bool) {
        checkIsolated()
        backlogs.append(work)
    }

    /// Says that a backlog has something to do. On the loop only.
    public func backlogGrew() { hasBacklog = true }

    private func workOff() {
        guard hasBacklog else { return }
        hasBacklog = false
        for work in backlogs where work() { hasBacklog = true }
    }
}

// MARK: Loop

extension EventLoop {
    private func makeThread() -> pthread_t {
        var identity = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &identity, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context)
        precondition(status == 0, "the kernel gives no thread")
        return identity
    }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        afterglow_name_thread(name)
        while !isStopping.load(ordering: .acquiring) {
            wait()
            fireTimers()
            runJobs()
            workOff()
            runJobs()
            flush()
        }
        end()
    }

    private func wait() {
        let sleeps = jobs.isEmpty && !hasBacklog
        var count: Int32 = 0
        if sleeps {
            if let next = timers.nextInstant() { alarm.set(for: next, of: clock) }
            if busyPoll > 0 { count = spin() }
        }
        if count == 0 { count = afterglow_epoll_wait(queue, &events, Int32(events.count), sleeps) }
        readClocks()
        for index in 0..<max(0, Int(count)) {
            let event = events[index]
            switch event.token {
            case Self.wakeupToken: takeArrivals()
            case Self.alarmToken: alarm.hasRung()
            default: sources[event.token]?.ready(Readiness(rawValue: event.events))
            }
        }
    }

    /// Asks for events again and again for as long as busy polling lasts. What `epoll_wait` returned last.
    private func spin() -> Int32 {
        let end = SystemClock.now.nanoseconds &+ busyPoll
        repeat {
            let count = afterglow_epoll_wait(queue, &events, Int32(events.count), false)
            if count != 0 { return count }
        } while SystemClock.now.nanoseconds < end
        return 0
    }

    private func readClocks() {
        batchInstant = clock.now
        batchTime = nil
    }

    private func fireTimers() {
        while let action = timers.takeDue(at: batchInstant) { action() }
    }

    private func flush() {
        guard !unflushed.isEmpty else { return }
        for listener in unflushed { listener.flush() }
        unflushed.removeAll(keepingCapacity: true)
    }

    private func end() {
        readClocks()
        backlogs = []
        repeat {
            takeArrivals()
            runJobs()
            flush()
            for source in sources.elements { source.loopEnded() }
            for action in timers.takeAll() { action() }
        } while !jobs.isEmpty || sources.count > 0 || timers.count > 0 || !leave()
    }

    /// Leaves what may still come to another thread; false when something has come.
    private func leave() -> Bool {
        arrivals.withLock { arrivals in
            guard arrivals.jobs.isEmpty else { return false }
            thread.store(0, ordering: .relaxed)
            arrivals.isUnattended = true
            return true
        }
    }
}
