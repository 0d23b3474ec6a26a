import CLinux

/// What the kernel reports about a descriptor.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let readable = Readiness(rawValue: UInt32(AFTERGLOW_READABLE))
    static let writable = Readiness(rawValue: UInt32(AFTERGLOW_WRITABLE))
    static let error = Readiness(rawValue: UInt32(AFTERGLOW_ERROR))
    static let hangup = Readiness(rawValue: UInt32(AFTERGLOW_HANGUP))
}

/// The owner of a descriptor in a loop.
protocol ReadinessSource: AnyObject {
    /// Called on the loop when the descriptor is ready.
    func ready(_ readiness: Readiness)
    /// Called on the loop when it ends: whoever waits is answered, the descriptor is closed.
    func loopEnded()
}

/// A descriptor's registration with a loop; keys are not used twice, so no late event finds a stranger.
struct Registration: Hashable {
    let descriptor: Int32
    let key: UInt64
}
