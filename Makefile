# make demo    the main job on a shipped study; prints where the reports are
# make test    formatter, build with warnings as errors, all tests, end to end on the built executable
# make build   the release executable at .build/release/rekindle
# make bench   Rekindle beside its peers on the same files (N=100000)
# make format  lets the formatter rewrite the sources

SWIFT_FLAGS := --explicit-target-dependency-import-check error
SOURCES := Package.swift Sources Tests
N ?= 100000

.PHONY: demo test build bench format lint clean

build:
	@.ci/install
	swift build -c release --product rekindle $(SWIFT_FLAGS)

demo: build
	.build/release/rekindle run GeoData/helsinki-centre/study.yml --formats $$(test -x .venv/bin/python && echo html,pdf,xlsx || echo html,xlsx)

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)

test: lint
	@.ci/install checks
	REKINDLE_STRICT=1 swift build --build-tests $(SWIFT_FLAGS)
	REKINDLE_STRICT=1 swift test --skip-build --disable-xctest $(SWIFT_FLAGS)

bench: build
	Tests/Benchmarks/bench.sh $(N)

format:
	swift format --in-place --parallel --recursive $(SOURCES)

clean:
	rm -rf .build
