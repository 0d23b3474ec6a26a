import Dispatch
import Synchronization

extension ZoneSigner {
    /// A signed zone's records, one a line, and its DS records.
    typealias Signed = (records: [String], delegationSigners: [String])

    /// Signs zones, as many at once as there are processors; in their order.
    func sign(_ zones: [SignedZone]) throws(LaboratoryError) -> [Signed] {
        let results = Mutex<[Int: Result<Signed, LaboratoryError>]>([:])
        DispatchQueue.concurrentPerform(iterations: zones.count) { index in
            let result: Result<Signed, LaboratoryError>
            do throws(LaboratoryError) {
                result = .success(try sign(zones[index]))
            } catch {
                result = .failure(error)
            }
            results.withLock { $0[index] = result }
        }
        var signed: [Signed] = []
        for (index, zone) in zones.enumerated() {
            guard let result = results.withLock({ $0[index] }) else { throw .missing(zone.label) }
            signed.append(try result.get())
        }
        return signed
    }
}
