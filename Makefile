# make run    build a release and serve on 127.0.0.1:5300
# make test   build and run every test
# make lint   formatting and import checks
# make demo   an operator that disappears, as on 4 April 2023, on loopback
# make compare  measure the cost of answers beside other resolvers (COMPARE="--rows cached,miss" for a part)
# make score  score the outage detector on 1,000 random worlds (WORLDS=60 for fewer)
CONFIGURATION ?= release
BUILD = swift build -c $(CONFIGURATION)
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)

WORLDS ?= 1000

.PHONY: run demo demo-picture page-pictures charts build test lint score compare compare-outages setup setup-test format

setup:
	@missing=""; for pair in sqlite3.h:libsqlite3-dev zlib.h:zlib1g-dev bzlib.h:libbz2-dev; do \
	  [ -e "/usr/include/$${pair%%:*}" ] || missing="$$missing $${pair#*:}"; done; \
	[ -z "$$missing" ] || { $(SUDO) apt-get update && $(SUDO) apt-get install -y $$missing; }

setup-test: setup
	@sh Tests/setup.sh

build: setup
	$(BUILD) --product afterglow

run: build
	@"$$($(BUILD) --show-bin-path)/afterglow" serve

demo: build
	@"$$($(BUILD) --show-bin-path)/afterglow" demo

# The README's first picture.
demo-picture: build
	@"$$($(BUILD) --show-bin-path)/afterglow" demo --picture docs/demo.svg

# The README's pictures of the page. Needs Chromium.
page-pictures: build
	@python3 Tests/Browser/pictures.py "$$($(BUILD) --show-bin-path)/afterglow" docs

# How long charts take on a log of some gigabytes: prints a table.
charts: build
	@AFTERGLOW_BINARY="$$($(BUILD) --show-bin-path)/afterglow" python3 Benchmarks/charts.py

test: setup-test
	$(BUILD) --build-tests
	sh Tests/run.sh $(CONFIGURATION)

score:
	$(BUILD) --product afterglow-score
	@"$$($(BUILD) --show-bin-path)/afterglow-score" --worlds $(WORLDS)

lint:
	swift format lint --strict --configuration .swift-format --recursive Sources Tests Benchmarks Package.swift

format:
	swift format --in-place --configuration .swift-format --recursive Sources Tests Benchmarks Package.swift

# What clients get in outages, from Afterglow and from other resolvers: prints a table. Needs root.
compare-outages: setup-test
	@[ -x /usr/sbin/kresd ] || DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 $(SUDO) apt-get install -y --no-install-recommends knot-resolver
	$(BUILD) --build-tests
	AFTERGLOW_COMPARE=1 swift test -c $(CONFIGURATION) --skip-build --filter OutageComparison

# What answers cost, from Afterglow and from other resolvers: a table, and a chart in compare.svg. Needs root.
compare: setup-test
	@missing=""; for pair in kresd:knot-resolver pdns_recursor:pdns-recursor; do \
	  [ -x "/usr/sbin/$${pair%%:*}" ] || missing="$$missing $${pair#*:}"; done; \
	[ -e /usr/include/liburing.h ] || missing="$$missing liburing-dev"; \
	[ -z "$$missing" ] || DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 $(SUDO) apt-get install -y --no-install-recommends $$missing
	$(BUILD) --product afterglow
	AFTERGLOW_BINARY="$$($(BUILD) --show-bin-path)/afterglow" $(SUDO) -E python3 Benchmarks/compare.py --svg compare.svg $(COMPARE)
