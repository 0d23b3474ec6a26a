// swift-tools-version: 6.2
import PackageDescription

/// Warnings become errors where AFTERGLOW_STRICT is set, as `.ci/run` does.
let strict = Context.environment["AFTERGLOW_STRICT"] != nil

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

/// A module of the house; what it may import is what it lists.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "afterglow",
    products: [.executable(name: "afterglow", targets: ["afterglow"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Ring 0: values and octets.
        room("Primitives"),
        room("DNSWire", ["Primitives"]),
        room("RoutingWire", ["Primitives"]),
        // Ring 1: decisions, without sockets, clocks or Foundation.
        room("Validation", ["DNSWire", "Primitives"]),
        .target(name: "CProcessor"),
        room("Caching", ["CProcessor", "DNSWire", "Primitives"]),
        room("Routing", ["CProcessor", "Primitives", "RoutingWire"]),
        room("Reachability", ["Primitives"]),
        room("Telemetry"),
        room("Zones", ["DNSWire", "Primitives"]),
        room("Recursion", ["Caching", "DNSWire", "Primitives", "Reachability", "Validation"]),
        room("Auditing", ["DNSWire", "Primitives", "Reachability"]),
        // Ring 2: the machine.
        .target(name: "CLinux"),
        .target(name: "CUnpacking", linkerSettings: [.linkedLibrary("z"), .linkedLibrary("bz2")]),
        room("EventLoop", ["CLinux", "Primitives"]),
        room(
            "Signing",
            [
                "DNSWire", "Validation", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        room("Settings", ["Primitives", .product(name: "Yams", package: "Yams")]),
        room("TransferSigning", ["Zones", .product(name: "Crypto", package: "swift-crypto")]),
        room("ZoneKeeping", ["DNSWire", "EventLoop", "Primitives", "Zones"]),
        room(
            "Journal",
            ["Primitives", "Reachability", "Routing", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(
            name: "Dashboard",
            dependencies: [
                "Auditing", "DNSWire", "Journal", "Primitives", "Reachability", "Telemetry",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], resources: [.embedInCode("Assets")], swiftSettings: settings),
        room(
            "RouteFeeds",
            [
                "CLinux", "CUnpacking", "Primitives", "Routing", "RoutingWire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        room(
            "Serving",
            [
                "Caching", "DNSWire", "EventLoop", "Primitives", "Reachability", "Recursion", "Telemetry",
                "Validation", "Zones",
            ]),
        // Ring 3 and 4: everything put together, and the commands.
        room(
            "AfterglowDaemon",
            [
                "Auditing", "Caching", "DNSWire", "Dashboard", "EventLoop", "Journal", "Primitives",
                "Reachability",
                "Recursion", "RouteFeeds", "Routing", "RoutingWire", "Serving", "Settings", "Signing",
                "Telemetry", "TransferSigning", "Validation", "ZoneKeeping", "Zones",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        room(
            "Demonstration",
            [
                "AfterglowDaemon", "DNSWire", "EventLoop", "Journal", "Primitives", "Reachability",
                "RoutingWire", "Settings", "Zones",
            ]),
        .executableTarget(
            name: "afterglow",
            dependencies: [
                "AfterglowDaemon", "Auditing", "DNSWire", "Dashboard", "Demonstration", "EventLoop",
                "Journal",
                "Primitives",
                "Reachability",
                "Recursion", "Routing", "Settings", "Telemetry", "Validation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "route-benchmark",
            dependencies: [
                "Primitives", "RouteFeeds", "Routing", "RoutingWire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Benchmarks/Routes", swiftSettings: settings),
        .executableTarget(
            name: "cache-benchmark", dependencies: ["Caching", "DNSWire", "Primitives", "Serving"],
            path: "Benchmarks/Cache", swiftSettings: settings),
        .executableTarget(
            name: "micro-benchmark",
            dependencies: [
                "AllocationCounter", "Caching", "DNSWire", "Primitives", "Reachability", "Recursion",
                "Routing",
                "RoutingWire", "Serving",
            ],
            path: "Benchmarks/Micro", swiftSettings: settings),
        .executableTarget(
            name: "afterglow-score",
            dependencies: [
                "Primitives", "Reachability", "Simulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // Beside the rings: a simulated Internet, and real name servers in network namespaces.
        room(
            "Simulation",
            ["Caching", "DNSWire", "Primitives", "Reachability", "Recursion", "Validation", "Zones"]),
        room("Laboratory", ["Primitives"]),
        tests("PrimitivesTests", ["Primitives"]),
        tests("DNSWireTests", ["DNSWire", "Primitives"], exclude: ["Fixtures"]),
        tests("RoutingTests", ["Primitives", "Routing", "RoutingWire"], exclude: ["Fixtures"]),
        tests("RoutingWireTests", ["Laboratory", "Primitives", "RoutingWire"], exclude: ["Fixtures"]),
        tests(
            "RouteFeedsTests",
            [
                "Laboratory", "NamespaceSocket", "Primitives", "RouteFeeds", "Routing", "RoutingWire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(name: "NamespaceSocket", path: "Tests/NamespaceSocket"),
        tests("ReachabilityTests", ["Primitives", "Reachability"]),
        tests("TelemetryTests", ["Telemetry"]),
        tests("CachingTests", ["Caching", "DNSWire", "Primitives", "Zones"]),
        tests("AuditingTests", ["Auditing", "DNSWire", "Primitives", "Reachability"]),
        tests("ZonesTests", ["DNSWire", "Primitives", "Zones"]),
        tests("ValidationTests", ["DNSWire", "Primitives", "Validation"]),
        tests(
            "SigningTests",
            [
                "DNSWire", "Laboratory", "Primitives", "Signing", "Validation",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        tests("TransferSigningTests", ["DNSWire", "Primitives", "TransferSigning", "Zones"]),
        tests("EventLoopTests", ["EventLoop", "Primitives"]),
        tests(
            "ZoneKeepingTests",
            ["DNSWire", "EventLoop", "Primitives", "TransferSigning", "ZoneKeeping", "Zones"]),
        tests(
            "ServingTests",
            [
                "AllocationCounter", "Caching", "DNSWire", "EventLoop", "Primitives", "Reachability",
                "Recursion", "Serving", "Telemetry", "Zones",
            ]),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        tests("SettingsTests", ["Primitives", "Settings"]),
        tests(
            "JournalTests",
            [
                "Journal", "Primitives", "Reachability", "Routing",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests(
            "SimulationTests",
            [
                "Caching", "DNSWire", "Primitives", "Reachability", "Recursion", "Simulation", "Validation",
                "Zones",
            ]),
        tests(
            "AfterglowDaemonTests",
            [
                "AfterglowDaemon", "Auditing", "DNSWire", "Dashboard", "EventLoop", "Journal", "Laboratory",
                "Primitives", "Reachability", "Recursion", "Settings",
            ]),
        tests(
            "DashboardTests",
            [
                "Auditing", "DNSWire", "Dashboard", "Journal", "Laboratory", "Primitives", "Reachability",
                "Routing", "Telemetry",
            ]),
        tests(
            "CommandTests",
            ["Journal", "Laboratory", "Primitives", "Reachability", "afterglow"]),
        tests("LaboratoryTests", ["DNSWire", "Laboratory", "Primitives", "Recursion", "Zones", "afterglow"]),
    ]
)
