package import Primitives
package import RoutingWire

/// Fills a route table from MRT records: tables of all peers, and what was heard from them afterwards.
///
/// Tables are complete where they end, so `finish`, or the first record that is no table's, completes them. A peer
/// of which there are only updates is followed from its first.
package struct MRTLoader {
    private struct PeerKey: Hashable {
        let address: IPAddress
        let asNumber: ASNumber
    }

    private let table: RouteTable
    private let view: String
    private var reader = MRTReader()
    /// For each place in the current peer index that of the route table.
    private var index: [Int?] = []
    private var places: [PeerKey: Int?] = [:]
    private var incomplete: Set<Int> = []
    /// Routes read from tables and updates.
    package private(set) var routes = 0
    package private(set) var records = 0
    /// Records that could not be read, and the first of them.
    package private(set) var broken = 0
    package private(set) var firstError: RoutingWireError?
    /// The time of the record read last.
    package private(set) var time = Timestamp(milliseconds: 0)

    /// - Parameter view: what tells these peers apart from those of other collectors.
    package init(_ table: RouteTable, view: String = "") {
        self.table = table
        self.view = view
    }

    /// Reads on. Throws what makes all that follows unreadable; a broken record by itself is passed over and
    /// counted.
    package mutating func load(_ octets: [UInt8]) throws(RoutingWireError) {
        reader.append(octets)
        while true {
            do throws(RoutingWireError) {
                guard let record = try reader.next() else { return }
                take(record)
            } catch {
                broken += 1
                if firstError == nil { firstError = error }
                guard error.reason != .recordTooLarge, error.reason != .missingPeerIndex else { throw error }
            }
        }
    }

    /// The file's end; throws where it ends within a record.
    package mutating func finish() throws(RoutingWireError) {
        complete()
        guard reader.pendingOctets == 0 else { throw RoutingWireError(.truncated, at: reader.offset) }
    }

    /// Takes in one record.
    package mutating func take(_ record: MRTRecord) {
        records += 1
        time = record.time
        switch record.content {
        case .peerIndex(let index):
            self.index = index.peers.map { begin($0, isTable: true) }
        case .table(let found):
            routes += found.entries.count
            table.add(found, places: index, at: time)
        case .tableDump(let dump):
            guard let place = begin(dump.peer, isTable: true), dump.fault == nil else { return }
            routes += 1
            table.add(dump.prefix, origins: dump.origins, from: place, at: time)
        case .message(let message):
            complete()
            guard !message.isLocal, case .update(let update) = message.message,
                let place = begin(message.peer, isTable: false)
            else { return }
            routes += update.announced.count + update.withdrawn.count
            table.apply(update, from: place, at: time)
        case .stateChange(let change):
            complete()
            changeState(change)
        case .other: return
        }
    }

    private mutating func changeState(_ change: MRTStateChange) {
        let key = PeerKey(address: change.peer.address, asNumber: change.peer.asNumber)
        if change.new == MRTStateChange.established {
            if let known = places[key], let place = known { restart(place) }
            _ = begin(change.peer, isTable: false)
        } else if change.old == MRTStateChange.established, let known = places[key], let place = known {
            table.lose(place, at: time)
        }
    }

    private func restart(_ place: Int) {
        for family in AddressFamily.allCases {
            table.begin(place, family, at: time)
            // The file does not tell where the first table ends; routes that do not return stay as they were.
            table.resume(place, family, at: time)
        }
    }

    private mutating func begin(_ peer: MRTPeer, isTable: Bool) -> Int? {
        let key = PeerKey(address: peer.address, asNumber: peer.asNumber)
        if let known = places[key] { return known }
        let place = table.join(
            RoutePeer(source: .mrt, address: peer.address, asNumber: peer.asNumber, view: view))
        places[key] = place
        guard let place else { return nil }
        for family in AddressFamily.allCases {
            table.begin(place, family, at: time)
            if !isTable { table.complete(place, family, at: time) }
        }
        if isTable { incomplete.insert(place) }
        return place
    }

    private mutating func complete() {
        guard !incomplete.isEmpty else { return }
        for place in incomplete.sorted() {
            for family in AddressFamily.allCases { table.complete(place, family, at: time) }
        }
        incomplete = []
    }
}
