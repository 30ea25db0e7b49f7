# make demo    the main job on a shipped study; prints where the reports are
# make test    formatter, build with warnings as errors, all tests, end to end on the built executable
# make build   the release executable at .build/release/rekindle
# make bench   Rekindle beside its peers on the same files (N=100000)
# make torture 100 kills, full disk, vanishing and corrupted input, on the built executable
# make fuzz    mutated bytes into every reader (TIME=60 processor seconds each, RUNS=… executions at most)
# make sanitize  all tests but the end-to-end ones under the address and the thread sanitizer (KIND=thread ONLY=UrbanIndicatorsTests)
# make coverage line coverage of the leaf targets by their own tests, and a list of the lines that none reaches
# make gallery the pages under review in Reports/gallery, from the shipped studies
# make format  lets the formatter rewrite the sources

SWIFT_FLAGS := --explicit-target-dependency-import-check error
SOURCES := Package.swift Sources Tests
N ?= 100000
TIME ?= 60

KIND ?= address thread
ONLY ?= .

.PHONY: demo test build bench gallery format lint clean torture fuzz sanitize coverage

build:
	@.ci/install
	swift build -c release --product rekindle $(SWIFT_FLAGS)

demo: build
	.build/release/rekindle run GeoData/helsinki-centre/study.yml --formats $$(test -x .venv/bin/python && echo html,pdf,xlsx || echo html,xlsx)

gallery: build
	for study in helsinki-centre/study helsinki-centre/study-evidence kotka-karhula/study; do \
	  .build/release/rekindle run GeoData/$$study.yml --quiet || exit 1; \
	done
	for name in helsinki-centre helsinki-centre-evidence kotka-karhula; do \
	  best=$$(sed -n 2p Reports/$$name/ranking.csv | cut -d, -f4 | sed 's,/,%2f,'); \
	  mkdir -p Reports/gallery/$$name; \
	  cp Reports/$$name/index.html Reports/$$name/sites/$$best/report.html Reports/gallery/$$name/; \
	done

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)
	@# Imports are declared, declarations are used, folders form no circle.
	.ci/imports

test: lint
	@.ci/install checks
	REKINDLE_STRICT=1 swift build --build-tests $(SWIFT_FLAGS)
	REKINDLE_STRICT=1 swift test --skip-build --disable-xctest $(SWIFT_FLAGS)

bench: build
	Tests/Benchmarks/bench.sh $(N)

torture: build
	.ci/torture

fuzz:
	@.ci/install
	Tests/Fuzz/fuzz.sh $(TIME)

sanitize:
	@.ci/install
	@# What Foundation keeps of every program that it has run is no leak of ours.
	for kind in $(KIND); do \
	  ASAN_OPTIONS=detect_leaks=0 swift test --sanitize $$kind $$(test $$kind = thread && echo -Xswiftc -DTHREAD_SANITIZER) --scratch-path .build/$$kind --disable-xctest --filter '$(ONLY)' --skip EndToEndTests $(SWIFT_FLAGS) || exit 1; \
	done

coverage:
	@.ci/install
	.ci/coverage

format:
	swift format --in-place --parallel --recursive $(SOURCES)

clean:
	rm -rf .build
