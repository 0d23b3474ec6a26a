import Primitives

/// The servers that are left to choose from, in the order in which they were given, without a place on the heap: a busy resolver
/// chooses for each query. Valid as long as its room is.
struct Candidates {
    private let room: UnsafeMutableBufferPointer<ServerSelection.Candidate>
    private(set) var count: Int

    /// All of these servers, in uninitialised room for so many.
    init(_ addresses: [IPAddress], in room: UnsafeMutableBufferPointer<ServerSelection.Candidate>) {
        precondition(room.count >= addresses.count, "no room for all servers")
        self.room = room
        for (index, address) in addresses.enumerated() {
            room.initializeElement(at: index, to: ServerSelection.Candidate(address: address))
        }
        count = addresses.count
    }

    subscript(index: Int) -> ServerSelection.Candidate {
        precondition(index < count, "there is no such server")
        return room[index]
    }

    /// Leaves those that `isWanted` takes; it may note something of each.
    mutating func keep(where isWanted: (inout ServerSelection.Candidate) -> Bool) {
        var kept = 0
        for index in 0..<count where isWanted(&room[index]) {
            room[kept] = room[index]
            kept += 1
        }
        count = kept
    }

    /// Leaves those that `isWanted` takes, or all where it takes none.
    mutating func prefer(where isWanted: (ServerSelection.Candidate) -> Bool) {
        guard (0..<count).contains(where: { isWanted(room[$0]) }) else { return }
        keep { isWanted($0) }
    }
}
