# redial's commands. Each installs by apt what it needs and is missing; see scripts/install-deps.
.DEFAULT_GOAL := help
.PHONY: help build run demo test test-asan asan fuzz simulate mutate crash-test bench load soak peers format lint clean

JOBS ?= $(shell nproc)
SOURCES = $(shell git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp')

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the server: build/redial
	@scripts/install-deps build
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target redial

run: build ## serve on 127.0.0.1:8080, data in ./data
	@build/redial serve --config config/redial.toml

demo: build ## call 2,000 people on a simulated line and watch
	@scripts/install-deps demo
	@scripts/demo

test: ## build and run all tests
	@scripts/install-deps build contract demo
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS)
	@ctest --preset release -j 2

test-asan: ## the same tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@scripts/install-deps build contract demo
	@cmake --preset asan
	@cmake --build --preset asan -j $(JOBS)
	@ctest --preset asan -j 2

asan: test-asan

FUZZ_SECONDS ?= 180
fuzz: ## feed parsers and the HTTP path with made-up bytes, FUZZ_SECONDS (180) all together
	@scripts/install-deps build fuzz
	@scripts/fuzz $(FUZZ_SECONDS)

SEEDS ?= 1000
simulate: ## live SEEDS simulated lives (1000): commands, a bad network, failing disks, crashes
	@scripts/install-deps build
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target simulate
	@build/simulate --seeds $(SEEDS)

mutate: ## break redial on purpose, one way after the other: the simulation must find each
	@scripts/install-deps build
	@scripts/mutate $(SEEDS)

KILLS ?= 200
crash-test: ## kill -9 the server KILLS times (200) while it dials, then compare everything (SEED=n: that run once more)
	@scripts/install-deps build
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target crash_test
	@build/crash_test --kills $(KILLS) $(if $(SEED),--seed $(SEED)) --keep build/crash-test-$(shell date +%s)

bench: ## every figure of this machine: figures, load, floor, single functions (half an hour)
	@scripts/install-deps build bench
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target redial bench_figures bench_load bench_floor bench_micro
	@build/bench_figures build/redial
	@build/bench_load build/redial
	@build/bench_floor build/redial
	@build/bench_micro --benchmark_repetitions=3 --benchmark_report_aggregates_only=true

load: ## press the server with callers who do not wait; LOAD="--only polling --scale 2" for a part, or harder
	@scripts/install-deps build
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target redial bench_load
	@build/bench_load build/redial $(LOAD)

SOAK_SECONDS ?= 3600
soak: ## live with the server for SOAK_SECONDS (3600): memory, latency and pace must stay flat
	@scripts/install-deps build
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target redial bench_soak
	@build/bench_soak build/redial --seconds $(SOAK_SECONDS)

peers: ## redial and the usual job queues on one workload, in one run (N=100000, REPEAT=3)
	@scripts/install-deps build peers
	@cmake --preset release
	@cmake --build --preset release -j $(JOBS) --target redial bench_peers
	@bench/peers/run $(N)

format: ## format all sources
	@scripts/install-deps lint
	@clang-format -i $(SOURCES)

lint: ## format, room borders and clang-tidy of what changed (LINT=--all: of everything)
	@scripts/install-deps build lint
	@scripts/lint $(LINT)

clean: ## remove what was built, not ./data
	@rm -rf build build-asan build-fuzz build-tsan build-lint
