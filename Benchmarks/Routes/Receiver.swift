import Foundation
import NIOCore
import NIOPosix
import Primitives
import RouteFeeds
import Routing

/// The product's own feed and table, behind a port.
enum Receiver {
    static func run(port: UInt16) throws {
        let loopback = IPAddress(ipv4: 0x7F00_0001)
        let table = RouteTable()
        let settings = BGPFeedSettings(
            listen: Endpoint(loopback, port: port), asNumber: ASNumber(64512), identifier: 0x7F00_0001,
            neighbours: [.init(address: loopback, asNumber: ASNumber(64511))])
        let feed = BGPFeed(
            settings, table: table, loop: MultiThreadedEventLoopGroup.singleton.next(),
            clock: { TableBenchmark.start }, report: { _ in })
        try feed.start().wait()
        while true {
            let routes = AddressFamily.allCases.reduce(0) {
                $0 + table.visible(of: ASNumber(0), $1).prefixes
            }
            FileHandle.standardOutput.write(Data("\(routes)\n".utf8))
            Thread.sleep(forTimeInterval: 0.02)
        }
    }
}
