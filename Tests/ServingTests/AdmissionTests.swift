import Primitives
import Serving
import Testing

@Suite("Slots for resolutions")
struct AdmissionTests {
    @Test("One client cannot take all slots, and gets one again when it leaves one")
    func onePart() {
        var admission = Admission()
        let greedy = IPAddress(ipv4: 1)
        let other = IPAddress(ipv4: 2)
        let entered = (0...Admission.slotsPerClient).count { _ in admission.enter(greedy) }
        #expect(entered == Admission.slotsPerClient)
        #expect(admission.shed == 1)
        let otherEnters = admission.enter(other)
        #expect(otherEnters)
        admission.leave(greedy)
        let entersAgain = admission.enter(greedy)
        #expect(entersAgain)
    }

    @Test("No more than all slots are taken, and all are free in the end")
    func all() {
        var admission = Admission()
        let clients = (0..<10).map { IPAddress(ipv4: $0) }
        var entered: [IPAddress] = []
        for _ in 0..<Admission.slots {
            for client in clients where admission.enter(client) { entered.append(client) }
        }
        #expect(entered.count == Admission.slots)
        for client in entered { admission.leave(client) }
        #expect(admission.total == 0)
        admission.leave(clients[0])
        #expect(admission.total == 0)
    }
}
