import Caching
import DNSWire
import Primitives
import Validation

/// The sections of a response beside its answer.
struct OtherSections: Sendable {
    let authorities: [Record]
    let additionals: [Record]
}

/// What stands beside a response in its message, and who sent it.
struct Reply {
    let sections: OtherSections
    let source: Finding.Source

    /// The sets of the authority section that the asked zone may speak of.
    var sets: [RecordSet] {
        RecordSet.collect(sections.authorities.filter { $0.name.isEqualOrBelow(source.zone) })
    }

    /// The NSEC and NSEC3 sets among them.
    var proof: [RecordSet] {
        Array(
            sets.filter { $0.type == .nsec || $0.type == .nsec3 }.prefix(ValidationLimits.denialRecords))
    }
}
