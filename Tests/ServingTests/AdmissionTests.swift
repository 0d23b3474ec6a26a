import Primitives
import Serving
import Testing

@Suite("Slots for resolutions")
struct AdmissionTests {
    @Test("One client cannot take all slots, and gets one again when it leaves one")
    func onePart() {
        var admission = Admission()
        let greedy = Admission.Holder(IPAddress(ipv4: 1), isVerified: false)
        let other = Admission.Holder(IPAddress(ipv4: 2), isVerified: false)
        let entered = (0...Admission.Slots().perClient).count { _ in admission.enter(greedy) }
        #expect(entered == Admission.Slots().perClient)
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
        let clients = (0..<10).map { Admission.Holder(IPAddress(ipv4: $0), isVerified: true) }
        var entered: [Admission.Holder] = []
        for _ in 0..<Admission.Slots().total {
            for client in clients where admission.enter(client) { entered.append(client) }
        }
        #expect(entered.count == Admission.Slots().total)
        for client in entered { admission.leave(client) }
        #expect(admission.total == 0)
        admission.leave(clients[0])
        #expect(admission.total == 0)
    }

    @Test("An IPv6 client has one part, however many addresses of its /64 it uses")
    func addressesOfOneMachine() {
        var admission = Admission()
        let entered = (0...UInt64(Admission.Slots().perClient)).count { low in
            let address = IPAddress(ipv6High: 0x2001_0DB8_0000_0001, low: low)
            return admission.enter(Admission.Holder(address, isVerified: true))
        }
        #expect(entered == Admission.Slots().perClient)
    }

    @Test("Forged sources take neither the last slots nor the part of a client that showed its cookie")
    func forgedSources() {
        var admission = Admission()
        let victim = IPAddress(ipv4: 0)
        for _ in 0..<Admission.Slots().total {
            for number: UInt32 in 0..<10 {
                _ = admission.enter(Admission.Holder(IPAddress(ipv4: number), isVerified: false))
            }
        }
        #expect(admission.total == Admission.Slots().unverified)
        let enters = admission.enter(Admission.Holder(victim, isVerified: true))
        #expect(enters)
    }
}
