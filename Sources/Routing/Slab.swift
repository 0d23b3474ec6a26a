import Synchronization

/// An array of raw elements that grows without moving, a segment at a time: one thread writes, any number read.
///
/// `Element` must be one whose octets may all be zero, for a new segment is. The owner calls `deallocate`.
struct Slab<Element: ~Copyable>: @unchecked Sendable {
    /// The address of each segment; 0 until it is needed.
    private let directory: UnsafeMutablePointer<Atomic<UInt>>
    private let segments: Int
    private let bits: Int
    private let mask: Int
    private let margin: Int

    /// - Parameters:
    ///   - capacity: elements at most.
    ///   - segmentBits: a segment has 2 to the power of this many elements.
    ///   - margin: elements that may be read behind the last of a segment.
    init(capacity: Int, segmentBits: Int, margin: Int = 0) {
        bits = segmentBits
        self.margin = margin
        mask = (1 << segmentBits) - 1
        segments = (capacity + mask) >> segmentBits
        directory = .allocate(capacity: segments)
        for place in 0..<segments { (directory + place).initialize(to: Atomic(0)) }
    }

    var capacity: Int { segments << bits }

    /// Octets taken by segments so far.
    var octets: Int {
        (0..<segments).reduce(0) { sum, place in
            directory[place].load(ordering: .relaxed) == 0 ? sum : sum + segmentOctets
        }
    }

    private var segmentOctets: Int { (mask + 1 + margin) * MemoryLayout<Element>.stride }

    /// The element's place; nil where its segment was never written or the index lies outside.
    @inline(__always)
    func pointer(_ index: Int) -> UnsafeMutablePointer<Element>? {
        let place = index &>> bits
        guard UInt(bitPattern: place) < UInt(bitPattern: segments) else { return nil }
        let address = directory[place].load(ordering: .acquiring)
        guard let base = UnsafeMutablePointer<Element>(bitPattern: address) else { return nil }
        return base + (index & mask)
    }

    /// As `pointer`, with the segment made first where it is missing. For the writer alone.
    func makePointer(_ index: Int) -> UnsafeMutablePointer<Element>? {
        let place = index >> bits
        guard place >= 0, place < segments else { return nil }
        if directory[place].load(ordering: .relaxed) == 0 {
            let raw = UnsafeMutableRawPointer.allocate(byteCount: segmentOctets, alignment: 64)
            raw.initializeMemory(as: UInt8.self, repeating: 0, count: segmentOctets)
            directory[place].store(UInt(bitPattern: raw), ordering: .releasing)
        }
        return pointer(index)
    }

    /// Returns all memory; nothing may read any more.
    func deallocate() {
        for place in 0..<segments {
            UnsafeMutableRawPointer(bitPattern: directory[place].load(ordering: .relaxed))?.deallocate()
        }
        directory.deallocate()
    }
}
