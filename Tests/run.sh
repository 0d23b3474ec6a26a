#!/bin/sh
# Runs the tests that are built, for a configuration: sh Tests/run.sh release
#
# The laboratory, whose servers and clients mostly wait for each other, runs beside all the rest.
set -eu
configuration=${1:-release}
folder=$(swift build -c "$configuration" --show-bin-path)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$folder/afterglowPackageTests.xctest" --testing-library swift-testing --no-parallel --filter LaboratoryTests \
  >"$log" 2>&1 &
laboratory=$!
rest=0
swift test -c "$configuration" --skip-build --no-parallel --skip LaboratoryTests || rest=$?
outcome=0
wait "$laboratory" || outcome=$?
echo "The laboratory:"
cat "$log"
[ "$rest" = 0 ] && [ "$outcome" = 0 ]
