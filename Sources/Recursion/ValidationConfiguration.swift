package import DNSWire
package import Primitives
package import Validation

/// How answers are validated.
package struct ValidationConfiguration: Sendable {
    package var verifier: any SignatureVerifier
    package var digester: any RecordDigester
    /// Where chains of trust begin.
    package var source: any AnchorSource
    package var negativeAnchors: [NegativeAnchor] = []
    /// What becomes of a stale answer that was secure, once its signatures have expired.
    package var staleAfterExpiry = StaleAfterExpiry.insecure
    /// Seconds that clocks may disagree by: a signature made just now is not refused.
    package var tolerance: UInt32 = 0

    /// Given as unsigned with Extended DNS Error 7, or not given.
    package enum StaleAfterExpiry: String, CaseIterable, Sendable { case insecure, refuse }

    package init(
        verifier: any SignatureVerifier, digester: any RecordDigester, anchors: TrustAnchors = .builtIn
    ) {
        self.verifier = verifier
        self.digester = digester
        source = FixedAnchors(anchors: anchors)
    }

    /// The anchors that hold now.
    package var anchors: TrustAnchors { source.anchors }

    func validator(at now: Timestamp, budget: ValidationBudget) -> Validator {
        Validator(
            verifier: verifier, digester: digester, now: now, tolerance: tolerance, budget: budget)
    }
}

/// Trust anchors that may change while the resolver runs.
package protocol AnchorSource: Sendable {
    /// The anchors that hold now.
    var anchors: TrustAnchors { get }

    /// Takes note of a DNSKEY set that an anchor has vouched for (RFC 5011).
    func observe(_ keys: SignedSet, at now: Timestamp)

    /// The zones whose keys are to be fetched now though no client needs them (RFC 5011 §2.3); each is told once.
    func takeDue(at now: Timestamp) -> [Name]
}

/// Anchors that stay as they are.
package struct FixedAnchors: AnchorSource {
    package let anchors: TrustAnchors

    package init(anchors: TrustAnchors) { self.anchors = anchors }

    package func observe(_ keys: SignedSet, at now: Timestamp) {}

    package func takeDue(at now: Timestamp) -> [Name] { [] }
}
