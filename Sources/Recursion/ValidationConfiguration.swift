import Primitives
package import Validation

/// How answers are validated.
package struct ValidationConfiguration: Sendable {
    package var verifier: any SignatureVerifier
    package var digester: any RecordDigester
    package var anchors: TrustAnchors
    package var negativeAnchors: [NegativeAnchor] = []
    /// What becomes of a stale answer that was secure, once its signatures have expired.
    package var staleAfterExpiry = StaleAfterExpiry.insecure
    /// Seconds that clocks may disagree by: a signature made just now is not refused.
    package var tolerance: UInt32 = 0

    package enum StaleAfterExpiry: String, CaseIterable, Sendable { case insecure, refuse }

    package init(
        verifier: any SignatureVerifier, digester: any RecordDigester, anchors: TrustAnchors = .builtIn
    ) {
        self.verifier = verifier
        self.digester = digester
        self.anchors = anchors
    }

    func validator(at now: Timestamp, budget: ValidationBudget) -> Validator {
        Validator(
            verifier: verifier, digester: digester, now: now, tolerance: tolerance, budget: budget)
    }
}
