internal import Crypto
package import DNSWire
package import Validation

/// The digests of DS records and the hash of NSEC3 on swift-crypto.
package struct CryptoDigester: RecordDigester {
    package init() {}

    package func supports(_ type: DigestType) -> Bool { [.sha1, .sha256, .sha384].contains(type) }

    package func digest(_ type: DigestType, _ data: [UInt8]) -> [UInt8]? {
        switch type {
        case .sha1: Array(Insecure.SHA1.hash(data: data))
        case .sha256: Array(SHA256.hash(data: data))
        case .sha384: Array(SHA384.hash(data: data))
        default: nil
        }
    }

    package func hash(_ name: Name, _ parameters: HashParameters) -> [UInt8]? {
        guard parameters.algorithm == 1 else { return nil }
        var input = name.lowercased.octets
        for _ in 0...parameters.iterations {
            var function = Insecure.SHA1()
            function.update(data: input)
            function.update(data: parameters.salt)
            input = Array(function.finalize())
        }
        return input
    }
}
