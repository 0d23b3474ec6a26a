/// What the parts of an answer cost, each as a pair: nanoseconds of processor time and allocations.
///
///     swift build -c release --product micro-benchmark
///     .build/release/micro-benchmark [repetitions]
import AllocationCounter
import Glibc

let asked = CommandLine.arguments.dropFirst().first
let repetitions = asked.map { Int($0) ?? 0 } ?? 200_000
guard repetitions > 0 else {
    print("micro-benchmark: \(asked ?? "") is no number of repetitions above 0")
    exit(2)
}

/// One operation, done as often as it is told; the sum that it returns keeps its work from being left out.
struct Operation {
    let part: String
    let name: String
    let run: (Int) -> Int
}

func processorNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Runs an operation in five turns after one to warm up: the median of their times, and the allocations of all.
func measure(_ operation: Operation) -> (nanoseconds: Double, allocations: Double) {
    var sum = operation.run(repetitions)
    var turns: [Int] = []
    let before = afterglow_allocations_of_thread()
    for _ in 0..<5 {
        let start = processorNanoseconds()
        sum &+= operation.run(repetitions)
        turns.append(processorNanoseconds() - start)
    }
    // The list of turns grows four times.
    let allocations = afterglow_allocations_of_thread() - before - 4
    guard sum != 0 else { fatalError("\(operation.name) did nothing") }
    return (
        Double(turns.sorted()[2]) / Double(repetitions),
        Double(max(0, allocations)) / Double(5 * repetitions)
    )
}

func digits(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}

print("| part | operation | ns | allocations |\n| --- | --- | ---: | ---: |")
for operation in codecOperations() + cacheOperations() + selectionOperations() + routeOperations() {
    let (nanoseconds, allocations) = measure(operation)
    print("| \(operation.part) | \(operation.name) | \(digits(nanoseconds)) | \(digits(allocations)) |")
}
