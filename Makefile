# `make demo` and `make test` do everything a fresh machine needs; scripts/setup says what that is.
# LIBTORCH=/path uses a libtorch of your own; LIBTORCH_MODE=cpu or cuda overrules the look for a GPU.

# Where SwiftPM finds libtorch.pc, which scripts/setup writes.
export PKG_CONFIG_PATH := $(CURDIR)/.libtorch$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))

swift_sources = $(wildcard Sources Tests Benchmarks Package.swift)

.PHONY: help setup demo test build bench fuzz docs reference format lint

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

setup: ## install what the build needs: system packages and libtorch
	@scripts/setup

demo: setup ## build for speed, then run the built-in demonstration
	swift build -c release --product holdfast
	.build/release/holdfast demo

test: setup ## build for debugging, then run every test
	@scripts/fetch-clip-vocab
	swift test

build: setup ## build everything for speed
	swift build -c release

bench: setup ## run the benchmarks
	scripts/bench

fuzz: setup ## read files damaged at random, for TIME seconds (600)
	swift build -c release --product holdfast-fuzz
	.build/release/holdfast-fuzz --seconds $(or $(TIME),600) --seed $$(date +%s)

docs: setup ## build the reference of every module, and say where it lies
	scripts/docs

reference: setup ## write the reference page and the manual (.build/holdfast.1)
	swift build --product holdfast
	.build/debug/holdfast manual --markdown > Documentation/reference.md
	.build/debug/holdfast manual > .build/holdfast.1

format: ## format the Swift sources in place
	swift format --in-place --parallel --recursive --configuration .swift-format $(swift_sources)

lint: ## check the format, as CI does
	swift format lint --strict --parallel --recursive --configuration .swift-format $(swift_sources)
