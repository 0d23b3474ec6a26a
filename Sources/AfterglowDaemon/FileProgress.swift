/// Takes how far the reading of a file has come: its path, and the part that was read, 0 to 1, where that is known.
package typealias FileProgress = (_ file: String, _ share: Double?) -> Void
