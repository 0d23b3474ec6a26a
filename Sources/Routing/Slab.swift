// Of the system Routing takes memory alone.
import Glibc

/// An array of raw elements that grows without moving: it takes address space for all of them at once, and memory only
/// for what is written. One thread writes, any number read.
///
/// `Element` must be one whose octets may all be zero, for what was never written is. Where the system gives no
/// address space the capacity is 0. The owner calls `deallocate`.
struct Slab<Element: ~Copyable>: @unchecked Sendable {
    /// A large page of x86-64 and AArch64.
    private static var largePage: Int { 2 << 20 }

    /// What was mapped, a large page more than the elements take, so that they can begin with one.
    private let region: UnsafeMutableRawPointer?
    private let base: UnsafeMutablePointer<Element>?
    let capacity: Int

    /// - Parameters:
    ///   - capacity: elements at most.
    ///   - isSearched: whether readers go through it in all directions. Large pages then spare the processor a walk
    ///     through the page table at each step; a small slab takes two mebioctets for it.
    init(capacity: Int, isSearched: Bool = false) {
        let octets = capacity * MemoryLayout<Element>.stride
        let region = mmap(
            nil, octets + Self.largePage, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let region, region != MAP_FAILED else {
            (self.region, base, self.capacity) = (nil, nil, 0)
            return
        }
        let aligned = region.alignedUp(toMultipleOf: Self.largePage)
        if isSearched { madvise(aligned, octets, MADV_HUGEPAGE) }
        self.region = region
        base = aligned.assumingMemoryBound(to: Element.self)
        self.capacity = capacity
    }

    /// Octets of memory taken so far.
    var octets: Int {
        guard let base else { return 0 }
        let page = Int(getpagesize())
        let length = capacity * MemoryLayout<Element>.stride
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: (length + page - 1) / page) { pages in
            guard mincore(base, length, pages.baseAddress) == 0 else { return 0 }
            return pages.reduce(0) { $0 + Int($1 & 1) } * page
        }
    }

    /// The element's place; nil where the index lies outside.
    @inline(__always)
    func pointer(_ index: Int) -> UnsafeMutablePointer<Element>? {
        guard let base, UInt(bitPattern: index) < UInt(bitPattern: capacity) else { return nil }
        return base + index
    }

    /// Returns all memory; nothing may read any more.
    func deallocate() {
        munmap(region, capacity * MemoryLayout<Element>.stride + Self.largePage)
    }
}
