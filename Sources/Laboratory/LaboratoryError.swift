/// Why a laboratory could not be built.
package enum LaboratoryError: Error, Equatable {
    /// A step of building the network failed; what the program said.
    case network(String)
    /// A program did not start, or did not get ready in time; the end of what it wrote.
    case program(String)
    /// No zones, or no executable, at that path.
    case missing(String)
}
