import DNSWire
import Primitives
import ZoneKeeping
import Zones

extension OperatorLog {
    /// Says what has become of a zone that is kept by transfer.
    func write(_ report: KeeperReport) {
        switch report {
        case .restored(let zone, let contents, let age):
            info("zone \(zone): \(Self.words(contents)), from the last run, \(CopyAge(age)) old")
        case .transferred(let zone, let contents, let transfer):
            let method = transfer.method == .incremental ? "IXFR" : "AXFR"
            info(
                "zone \(zone): \(Self.words(contents)), from \(transfer.primary) by \(method): "
                    + "\(transfer.octets) octets in \(Int64(transfer.duration.milliseconds)) ms")
        case .failing(let zone, let primary, let trouble, let serial?):
            warning("zone \(zone): \(primary): \(trouble); the copy with serial \(serial) goes on serving")
        case .failing(let zone, let primary, let trouble, nil):
            warning("zone \(zone): \(primary): \(trouble); there is no copy that may serve")
        case .recovered(let zone, let primary):
            info("zone \(zone): \(primary) gives answers again")
        case .expired(let zone, let serial, let age):
            error(
                "zone \(zone): the copy with serial \(serial) has expired, \(CopyAge(age)) after a primary last "
                    + "confirmed it, and serves no more; `expire` of the zone says when")
        case .unreadable(let zone, let problem):
            error("zone \(zone): \(problem); the zone is transferred anew")
        case .unwritable(let zone, let problem):
            error("zone \(zone): \(problem); the copy serves, and a restart will not have it")
        case .written(let zone):
            info("zone \(zone): the copy is on disk again")
        }
    }

    private static func words(_ contents: KeeperReport.Contents) -> String {
        "serial \(contents.serial), \(contents.records) records"
    }
}
