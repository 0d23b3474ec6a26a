/// The natural logarithm of a positive finite number, by the series of the inverse hyperbolic tangent.
public func naturalLogarithm(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value > 0 ? .infinity : -.infinity }
    let ratio = (value.significand - 1) / (value.significand + 1)
    var term = ratio
    var sum = 0.0
    for power in stride(from: 1.0, through: 41, by: 2) {
        sum += term / power
        term *= ratio * ratio
    }
    return 2 * sum + Double(value.exponent) * logarithmOfTwo
}

/// e to the power of `value`, within rounding from -700 to 700 and clamped beyond.
public func exponential(_ value: Double) -> Double { powerOfTwo(value / logarithmOfTwo) }

/// Two to the power of `value`, within rounding from -1000 to 1000 and clamped beyond.
func powerOfTwo(_ value: Double) -> Double {
    guard !value.isNaN else { return 1 }
    let bounded = max(-1000, min(1000, value))
    let whole = bounded.rounded(.down)
    let exponent = (bounded - whole) * logarithmOfTwo
    var term = 1.0
    var sum = 1.0
    for index in stride(from: 1.0, through: 20, by: 1) {
        term *= exponent / index
        sum += term
    }
    return Double(sign: .plus, exponent: Int(whole), significand: sum)
}

private let logarithmOfTwo = 0.693_147_180_559_945_3
