package import Foundation
import Glibc

/// A program that was started, in a process group of its own so that signals reach its children too.
package final class Child {
    /// The process, and the process group.
    package let identifier: pid_t
    /// The status once it was waited for.
    private var ended: Int32?

    private init(identifier: pid_t) { self.identifier = identifier }

    /// Starts a program found in PATH; nil where that is impossible.
    package static func start(_ arguments: [String], output: URL, complaint: URL) -> Child? {
        guard let program = arguments.first else { return nil }
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, flags, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, complaint.path, flags, 0o644)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var identifier: pid_t = 0
        let status = withStrings(arguments) { argumentList in
            withStrings(environment()) { environmentList in
                posix_spawnp(&identifier, program, &actions, &attributes, argumentList, environmentList)
            }
        }
        return status == 0 ? Child(identifier: identifier) : nil
    }

    /// Whether it has not ended yet.
    package var isRunning: Bool {
        guard ended == nil else { return false }
        collect(WNOHANG)
        return ended == nil
    }

    /// Sends a signal to it and its children; nothing once it has ended.
    package func signal(_ number: Int32) {
        guard isRunning else { return }
        Glibc.kill(-identifier, number)
    }

    /// Waits until it ends; the exit status, or 128 + signal.
    @discardableResult
    package func wait() -> Int32 {
        while ended == nil { collect(0) }
        return ended ?? 127
    }

    /// Asks it to stop and waits; after `limit` seconds it is killed.
    @discardableResult
    package func stop(limit: Double = 10) -> Int32 {
        signal(SIGCONT)
        signal(SIGTERM)
        if !Patience.wait(limit, until: { !isRunning }) { signal(SIGKILL) }
        return wait()
    }

    private func collect(_ options: Int32) {
        var status: Int32 = 0
        let collected = waitpid(identifier, &status, options)
        if collected == identifier {
            let signal = status & 0x7F
            ended = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        } else if collected < 0, errno != EINTR {
            ended = 127
        }
    }

    private static func environment() -> [String] {
        var variables = ProcessInfo.processInfo.environment
        variables["PATH"] = (variables["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        variables["NOTIFY_SOCKET"] = nil
        return variables.map { "\($0.key)=\($0.value)" }
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { list[index] = strdup(string) }
        list[strings.count] = nil
        defer {
            for index in strings.indices { free(list[index]) }
            list.deallocate()
        }
        return body(list)
    }
}
