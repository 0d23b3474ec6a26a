package import DNSWire
package import Primitives
package import Zones

/// What an operator is told of a zone that is kept: each change once.
package enum KeeperReport: Sendable {
    /// A copy from an earlier run serves, as old as it is.
    case restored(Name, Contents, age: Duration)
    /// A new version serves.
    case transferred(Name, Contents, Transfer)
    /// A primary fails, in another way than the last time; the serial is that of the copy that goes on serving.
    case failing(Name, Endpoint, TransferTrouble, serving: SerialNumber?)
    /// A primary that failed gives answers again.
    case recovered(Name, Endpoint)
    /// The copy does not serve any more: no primary has confirmed it for too long.
    case expired(Name, SerialNumber, age: Duration)
    /// The copy on disk cannot be read; without a primary there is none.
    case unreadable(Name, CopyStore.Problem)
    /// The copy serves from memory and is not on disk.
    case unwritable(Name, CopyStore.Problem)
    /// The copy is on disk again.
    case written(Name)

    /// A version of a zone.
    package struct Contents: Hashable, Sendable {
        package let serial: SerialNumber
        package let records: Int

        init(_ zone: Zone) {
            serial = zone.serial
            records = zone.recordCount
        }
    }

    /// How a version came.
    package struct Transfer: Hashable, Sendable {
        package let primary: Endpoint
        package let method: ZoneTransfer.Method
        package let octets: Int
        package let duration: Duration
    }
}
