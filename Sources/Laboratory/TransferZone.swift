/// A zone of the transfer laboratory: hosts `host0`, `host1` and so on, with addresses of 192.0.2.0/24.
package struct TransferZone: Sendable {
    /// Absolute.
    package let origin: String
    package var serial: UInt32
    package var hosts: Int
    /// The SOA record's times in seconds.
    package var times: (refresh: Int, retry: Int, expire: Int)
    /// Further lines of zone text.
    package var more: [String] = []

    package init(
        _ origin: String, serial: UInt32 = 1, hosts: Int = 100,
        times: (refresh: Int, retry: Int, expire: Int) = (3600, 5, 604_800)
    ) {
        self.origin = origin
        self.serial = serial
        self.hosts = hosts
        self.times = times
    }

    /// The zone as a master file.
    package var text: String {
        let head = """
            $ORIGIN \(origin)
            $TTL 300
            @ IN SOA ns.elsewhere.test. mail.elsewhere.test. \(serial) \(times.refresh) \(times.retry) \(times.expire) 60
            @ IN NS ns.elsewhere.test.

            """
        let lines = (0..<hosts).map { "host\($0) IN A 192.0.2.\($0 % 256)" } + more
        return head + lines.joined(separator: "\n") + "\n"
    }
}
