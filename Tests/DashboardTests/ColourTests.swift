import Dashboard
import Foundation
import Testing

/// Colours of charts as people see them who lack one kind of cone: the matrices are those of Machado, Oliveira and Fernandes
/// ("A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009) for a whole deficiency, on linear RGB.
enum ColourVision: String, CaseIterable {
    case common, protanopia, deuteranopia, tritanopia

    var matrix: [[Double]] {
        switch self {
        case .common: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        case .protanopia:
            [
                [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ]
        case .deuteranopia:
            [
                [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ]
        case .tritanopia:
            [
                [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ]
        }
    }

    /// How far apart two colours are: the distance in CIELAB (CIE 1976), of which 2.3 is just noticeable.
    func distance(_ left: String, _ right: String) -> Double {
        zip(lab(left), lab(right)).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
    }

    private func lab(_ colour: String) -> [Double] {
        let number = Int(colour.dropFirst(), radix: 16) ?? 0
        let linear = [number >> 16, number >> 8 & 255, number & 255].map { part -> Double in
            let value = Double(part) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        let seen = Self.times(matrix, linear).map { min(1, max(0, $0)) }
        let toXYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
        let parts = zip(Self.times(toXYZ, seen), [0.95047, 1, 1.08883]).map { value, white -> Double in
            let share = value / white
            return share > 0.008856 ? cbrt(share) : 7.787 * share + 16.0 / 116
        }
        return [116 * parts[1] - 16, 500 * (parts[0] - parts[1]), 200 * (parts[1] - parts[2])]
    }

    private static func times(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        matrix.map { zip($0, vector).map(*).reduce(0, +) }
    }
}

struct ColourTests {
    /// What stands side by side in one panel, by class.
    private static let panels = [
        ["s0", "s1", "s2", "s3", "s4"], ["announced", "withdrawn"],
        ["fresh", "other", "copy", "stale", "none"],
    ]

    @Test(arguments: ColourVision.allCases)
    func `what stands side by side in a chart can be told apart, on paper and in the dark`(
        vision: ColourVision
    ) throws {
        let parts = ChartStyle.page.components(separatedBy: "@media")
        let (light, dark) = (try #require(parts.first), try #require(parts.last))
        #expect(parts.count == 2)
        for sheet in [light, dark] {
            for panel in Self.panels {
                let colours = try panel.map { try Self.colour($0, in: sheet, or: light) }
                for (index, colour) in colours.enumerated() {
                    for other in colours[..<index] {
                        let distance = vision.distance(colour, other)
                        #expect(distance > 10, "\(colour) and \(other), \(vision)")
                    }
                }
            }
        }
    }

    private static func colour(_ name: String, in sheet: String, or light: String) throws -> String {
        let rule = sheet.contains(".\(name) {") ? sheet : light
        let start = try #require(rule.range(of: ".\(name) { fill: "))
        return String(rule[start.upperBound...].prefix(7))
    }
}
