import Caching
import DNSWire
import Primitives
import Validation

/// The message that a response was read from, and who sent it.
struct Reply {
    let message: Message
    let source: Finding.Source

    /// The sets of the authority section that the asked zone may speak of.
    var sets: [RecordSet] {
        RecordSet.collect(message.authorities.filter { $0.name.isEqualOrBelow(source.zone) })
    }

    /// The NSEC and NSEC3 sets among them.
    var proof: [RecordSet] {
        Array(
            sets.filter { $0.type == .nsec || $0.type == .nsec3 }.prefix(ValidationLimits.denialRecords))
    }
}
