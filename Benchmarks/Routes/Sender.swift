import Foundation
import Primitives
import RoutingWire

/// A BGP speaker that opens a session, sends a table and keeps the session up until its input ends.
enum Sender {
    static func run(_ path: String, address: String, port: UInt16, number: UInt32) throws {
        let (octets, routes) = try TableBenchmark.messages(path, speaker: number)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var end = sockaddr_in()
        end.sin_family = sa_family_t(AF_INET)
        end.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &end.sin_addr)
        let connected = withUnsafePointer(to: &end) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            print("send: cannot connect: \(String(cString: strerror(errno)))")
            exit(1)
        }
        let open = BGPOpen(
            asNumber: ASNumber(number), holdTime: 180, identifier: 0x7F00_0002,
            capabilities: [
                .multiprotocol(.ipv4), .multiprotocol(.ipv6), .fourOctetASNumber(ASNumber(number)),
                .gracefulRestart(.init(isRestarting: false, seconds: 0, families: [:])),
            ])
        write(descriptor, BGPMessage.open(open).composed(encoding: BGPEncoding()))
        var framer = BGPFramer()
        var isUp = false
        var room = [UInt8](repeating: 0, count: 65536)
        while !isUp {
            let count = recv(descriptor, &room, room.count, 0)
            guard count > 0 else {
                print("send: the receiver closed")
                exit(1)
            }
            framer.append(room[..<count])
            while let message = try framer.next() {
                if case .open = message {
                    write(descriptor, BGPMessage.keepalive.composed(encoding: BGPEncoding()))
                }
                if case .keepalive = message { isUp = true }
            }
        }
        let clock = ContinuousClock()
        let begin = Date().timeIntervalSince1970
        let took = clock.measure { write(descriptor, octets) }
        print("send: \(routes) routes, \(octets.count) octets from \(begin) in \(took)")
        fflush(nil)
        while true {
            write(descriptor, BGPMessage.keepalive.composed(encoding: BGPEncoding()))
            Thread.sleep(forTimeInterval: 20)
        }
    }

    private static func write(_ descriptor: Int32, _ octets: [UInt8]) {
        var at = 0
        octets.withUnsafeBytes { whole in
            while at < whole.count {
                let count = Glibc.send(
                    descriptor, whole.baseAddress.map { $0 + at }, whole.count - at, Int32(MSG_NOSIGNAL))
                guard count > 0 else { exit(0) }
                at += count
            }
        }
    }
}
