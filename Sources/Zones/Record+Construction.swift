package import DNSWire
package import Primitives

/// Records from their fields, for zones that a program makes itself.
extension Record {
    /// An A or AAAA record, after the address's family.
    package static func address(_ name: Name, _ address: IPAddress, ttl: UInt32) -> Record {
        Record(
            name: name, type: address.family == .ipv4 ? .a : .aaaa, ttl: ttl,
            data: RecordData(octets: address.octets))
    }

    /// An NS, CNAME, DNAME or PTR record, or another whose RDATA is one name.
    package static func pointer(_ name: Name, _ type: RecordType, to target: Name, ttl: UInt32) -> Record {
        Record(name: name, type: type, ttl: ttl, data: RecordData(octets: target.octets))
    }

    /// A TXT record of one string, cut at 255 octets.
    package static func text(_ name: Name, _ text: String, ttl: UInt32) -> Record {
        let octets = Array(text.utf8.prefix(255))
        let data = RecordData(octets: [UInt8(truncatingIfNeeded: octets.count)] + octets)
        return Record(name: name, type: .txt, ttl: ttl, data: data)
    }

    /// An SOA record; times in seconds.
    package static func startOfAuthority(
        _ name: Name, primary: Name, mailbox: Name, serial: UInt32 = 1, minimum: UInt32, ttl: UInt32
    ) -> Record {
        var writer = WireWriter()
        writer.write(primary, compressing: false)
        writer.write(mailbox, compressing: false)
        for field in [serial, 3600, 1200, 604_800, minimum] { writer.write(field) }
        return Record(name: name, type: .soa, ttl: ttl, data: RecordData(octets: writer.octets))
    }
}
