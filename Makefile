# Names for people; `make help` lists them. What is missing is installed by scripts/setup first.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Every build of the workspace is of the same kind, so that each dependency is compiled once: the members are always all
# selected, and what is wanted of them is named.
CARGO_WORKSPACE := --locked --workspace

.PHONY: help
help: ## Lists these names
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 24

.NOTPARALLEL:

.PHONY: run
run: ## Serves the whole service on this machine: http://127.0.0.1:3000 (PORT=, DATA_DIR=, SEED=full|demo|none, any parameter of template.yaml)
	@$(MAKE) web
	cargo build $(CARGO_WORKSPACE) --bin local
	@exec "$${CARGO_TARGET_DIR:-target}/debug/local"

.PHONY: web
web: ## Builds the web app into web/dist, when something of it has changed
	@scripts/setup run
	@scripts/build-web

.PHONY: test
test: lint web-test template sdks unit browser ## Everything that CI runs

.PHONY: web-test
web-test: web ## The web app's types, lint and logic; its build holds the budget of JavaScript
	npm --prefix web run --silent check

.PHONY: lint
lint: ## Format and clippy, warnings being errors
	@scripts/setup test
	cargo fmt --all --check
	cargo clippy $(CARGO_WORKSPACE) --all-targets -- -D warnings

.PHONY: template
template: ## SAM, cfn-lint and checkov on template.yaml, its count of resources, and one function built as SAM builds it
	@scripts/setup test
	@scripts/check-template

.PHONY: sdks
sdks: ## The official SDKs of Stripe and Mux against the stand-ins
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bins
	@scripts/check-sdks

.PHONY: unit
unit: ## The tests in Rust, the black-box ones included
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bins
	cargo test $(CARGO_WORKSPACE) --lib --test '*'

.PHONY: browser
browser: web ## The web app in Chromium on the local platform; pictures in tests/browser/output (ONLY="words of a test's name")
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bin local
	@npm --prefix tests/browser run --silent check -- $(if $(ONLY),--grep "$(ONLY)")

.PHONY: simulate
simulate: ## Random histories of billing against an oracle (SEEDS=300, FIRST=0, or SEED= for one of them again, step by step)
	@scripts/setup run
	SEEDS=$(SEEDS) SEED=$(SEED) FIRST=$(FIRST) cargo test $(CARGO_WORKSPACE) --test marquee simulation::every_history

.PHONY: simulate-mutants
simulate-mutants: ## Five wrong strategies and four mutations of the code, each rejected by the simulation (SEEDS=300)
	@scripts/setup run
	@SEEDS=$(or $(SEEDS),300) scripts/simulate-mutants

.PHONY: sweep
sweep: ## Every call of every flow of billing fails in every way (`make test`: each call in two of them)
	@scripts/setup run
	WHOLE=1 cargo test $(CARGO_WORKSPACE) --test marquee simulation::sweep

.PHONY: openapi
openapi: ## Writes docs/openapi.json from the template's routes and the functions' types
	@scripts/setup run
	cargo build $(CARGO_WORKSPACE) --bin write-openapi
	"$${CARGO_TARGET_DIR:-target}/debug/write-openapi" > docs/openapi.json.new
	mv docs/openapi.json.new docs/openapi.json

.PHONY: entitlement
entitlement: ## Writes docs/entitlement.md, the table of who may watch what, from the code
	@scripts/setup test
	WRITE_ENTITLEMENT=1 cargo test $(CARGO_WORKSPACE) --test marquee entitlement::

.PHONY: build
build: ## Builds every function for Lambda (ARCHITECTURE=arm64|x86_64)
	@scripts/setup test
	@. scripts/environment; sam build --parameter-overrides Architecture=$(or $(ARCHITECTURE),arm64)

.PHONY: deploy
deploy: ## Builds and deploys (STACK=, REGION=, PARAMETERS="WebOrigin=https://… …"); see docs/OPERATIONS.md
	@scripts/deploy

.PHONY: grant-admin
grant-admin: ## Makes EMAIL= an administrator, locally or with STACK= in the cloud
	@scripts/grant-admin

.PHONY: bench
bench: ## Measures the routes that matter, and the time machine, on the local platform (SUBSCRIBERS=100)
	@scripts/setup run
	@$(if $(SUBSCRIBERS),SUBSCRIBERS=$(SUBSCRIBERS)) bench/run
