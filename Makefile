# The only face of the build. `make help` lists what it can do.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.NOTPARALLEL:
PRESET ?= release
DATA_DIR ?= ./data
# A large file takes 1.5 GB to compile, so a small machine gets fewer jobs than cores.
JOBS ?= $(shell awk -v cores=$$(nproc) '/MemTotal/ { fit = int($$2 / 1600000); print fit < 1 ? 1 : fit < cores ? fit : cores }' /proc/meminfo)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
CLIENTS = python3 tools/setup_clients.py
TESTS = python3 tools/run_tests.py --jobs $(JOBS)

.PHONY: help setup setup-test setup-check setup-bench build run test check check-format \
  check-includes check-tidy check-unit asan vectors bench faults format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the build needs and the machine lacks
	@tools/setup.sh build
	@tools/fetch_duckdb.sh

setup-test: ## install what the tests need: packages and the real clients
	@tools/setup.sh build test
	@tools/fetch_duckdb.sh
	@$(CLIENTS)

setup-check:
	@tools/setup.sh build check
	@tools/fetch_duckdb.sh

setup-bench:
	@tools/setup.sh build bench test
	@tools/fetch_duckdb.sh
	@$(CLIENTS) hub2

build: setup ## build the release (PRESET=dev|asan|tsan for another)
	@test -f build/$(PRESET)/build.ninja || cmake --preset $(PRESET)
	@cmake --build --preset $(PRESET)

run: setup ## build and serve on http://localhost:28080, data in ./data
	@test -f build/release/build.ninja || cmake --preset release
	@cmake --build --preset release --target kohakuhub
	@exec build/release/kohakuhub serve --data-dir $(DATA_DIR)

test: ## run all tests; the last line is `N passed, N failed`
	@tools/setup.sh build test
	@tools/fetch_duckdb.sh
	@$(TESTS) --install-clients

check: setup-check ## format, include direction, clang-tidy, unit tests
	@$(MAKE) --no-print-directory --keep-going check-format check-includes check-unit check-tidy

check-format:
	@tools/format.sh --check

check-includes:
	@tools/check_includes.py

# After check-unit, which builds the generated headers.
check-tidy:
	@tools/tidy.py build/dev

check-unit:
	@$(TESTS) --preset dev unit

asan: setup-check ## unit tests and endpoint scripts under AddressSanitizer and UBSan
	@UBSAN_OPTIONS=print_stacktrace=1 $(TESTS) --preset asan unit api

vectors: setup-check ## make the Xet vectors anew with the official crates, and let those read ours (needs cargo)
	@tests/xet/vectors.sh

bench: setup-bench ## measure speed and memory beside references
	@$(MAKE) --no-print-directory build
	@KOHAKUHUB_BINARY=$(CURDIR)/build/release/kohakuhub .cache/clients/hub2/bin/python bench/run.py

faults: setup-test ## long fault runs: 200 kills and more, a file of 4 GiB
	@FAULT_CYCLES=$${FAULT_CYCLES:-200} FAULT_FILE_BYTES=$${FAULT_FILE_BYTES:-4294967296} $(TESTS) faults

format: setup-check ## rewrite the sources as clang-format wants them
	@tools/format.sh

clean: ## remove what was built (not ./data, not the installed clients)
	@rm -rf build .cache/tidy
