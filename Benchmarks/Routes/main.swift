import Foundation
import Primitives
import RouteFeeds
import Routing
import RoutingWire

// What the route table costs. See Benchmarks/README.md.
//
//   route-benchmark make FILE [PEERS [IPV4 IPV6]]   an MRT table of 1,000,000 IPv4 and 200,000 IPv6 prefixes
//   route-benchmark print FILE           its routes, one a line
//   route-benchmark load FILE            an MRT table into the route table: time, memory
//   route-benchmark lookup FILE          longest match on one core, alone and beside updates
//   route-benchmark updates FILE         the table as UPDATE octets through the session's reader
//   route-benchmark down FILE            longest pause of a reader while a peer goes down and comes back empty
//   route-benchmark send FILE ADDRESS PORT AS   a speaker that sends the table to a BGP receiver
//   route-benchmark receive PORT         a receiver: AS 64512, prints the routes that it has, many times a second

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 2 else {
    print("usage: route-benchmark make|print|load|lookup|updates|down|send|receive FILE …")
    exit(2)
}
switch arguments[0] {
case "make":
    let counts = arguments.dropFirst(2).map { Int($0) ?? 1 }
    try TableMaker.run(
        arguments[1], ipv4: counts.count > 2 ? counts[1] : 1_000_000,
        ipv6: counts.count > 2 ? counts[2] : 200_000,
        peers: counts.first ?? 1)
case "print": try TablePrinter.run(arguments[1])
case "load": try TableBenchmark.load(arguments[1])
case "lookup": try LookupBenchmark.run(arguments[1])
case "updates": try TableBenchmark.updates(arguments[1])
case "receive": try Receiver.run(port: UInt16(arguments[1]) ?? 179)
case "down": try PauseBenchmark.run(arguments[1])
case "send" where arguments.count == 5:
    try Sender.run(
        arguments[1], address: arguments[2], port: UInt16(arguments[3]) ?? 179,
        number: UInt32(arguments[4]) ?? 64511)
default:
    print("usage: route-benchmark make|print|load|lookup|updates|down|send|receive FILE …")
    exit(2)
}
