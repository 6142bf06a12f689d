# The commands of this repository; `make help` lists them. scripts/setup first installs what is missing.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Every build selects the whole workspace and then names the targets that it needs. So the features are always the same, and
# each dependency is compiled only once.
CARGO_WORKSPACE := --locked --workspace

.PHONY: help
help: ## Lists these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 24

.NOTPARALLEL:

.PHONY: run
run: ## Runs the whole service on this machine: http://127.0.0.1:3000 (PORT=, DATA_DIR=, SEED=full|demo|none, any parameter of template.yaml)
	@$(MAKE) web
	cargo build $(CARGO_WORKSPACE) --bin local
	@exec "$${CARGO_TARGET_DIR:-target}/debug/local"

.PHONY: dev
dev: ## Runs the service for development: rebuilds and restarts it on changes, and hot-reloads the web app at PORT+5; see docs/DEVELOPING.md
	@scripts/setup develop
	@scripts/dev

.PHONY: watch
watch: ## Runs each function as a separate process under `cargo lambda watch`, at PORT+5, beside the local platform
	@scripts/setup develop
	cargo build $(CARGO_WORKSPACE) --bin local
	@. scripts/environment; exec scripts/watch $(OPTIONS)

.PHONY: sam-local
sam-local: ## Runs the functions in containers under `sam local start-api`, at PORT+5 (FUNCTIONS="login get-me" for some of them, OPTIONS=)
	@scripts/setup develop
	@. scripts/environment; exec scripts/sam-local $(OPTIONS)

.PHONY: events
events: ## Writes events/local: for every function, an event that succeeds on the running platform
	@scripts/setup develop
	@scripts/events

.PHONY: watch-routes
watch-routes: ## Writes the template's routes into Cargo.toml, for `cargo lambda watch`
	@python3 scripts/watch_routes.py

.PHONY: web
web: ## Builds the web app into web/dist if its sources have changed
	@scripts/setup run
	@scripts/build-web

.PHONY: test
test: lint web-test template sdks operations clients fuzz unit browser ## Runs all of CI's checks except `make audit`

.PHONY: web-test
web-test: web ## Checks the web app: format, types, lint, unit tests, and the JavaScript size budget
	npm --prefix web run --silent check

.PHONY: lint
lint: ## Checks the format and runs clippy; warnings are errors
	@scripts/setup test
	cargo fmt --all --check
	cargo clippy $(CARGO_WORKSPACE) --all-targets -- -D warnings

.PHONY: format
format: ## Formats the Rust code, the web app and its browser tests
	@scripts/setup test
	cargo fmt --all
	npm --prefix web run --silent format
	npm --prefix tests/browser run --silent format

.PHONY: template
template: ## Checks template.yaml with SAM, cfn-lint and checkov, counts its resources, and builds one function with SAM
	@scripts/setup test
	@scripts/check-template

.PHONY: sdks
sdks: ## Runs the official SDKs of Stripe and Mux against the stand-ins
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bins
	@scripts/check-sdks

.PHONY: operations
operations: ## Tests the scripts for operators and developers (ONLY=test_deploy for one file)
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bins
	@scripts/check-operations $(if $(ONLY),--pattern "$(ONLY).py")

.PHONY: clients
clients: ## Generates clients from the API document in TypeScript, Python and Kotlin, compiles them, and uses them
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bins
	@scripts/check-clients

.PHONY: fuzz
fuzz: ## Calls every operation with generated requests and compares the responses with the API document (SEED=1 CASES=3)
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bins
	@SEED=$(SEED) CASES=$(CASES) scripts/fuzz-api

.PHONY: unit
unit: ## Runs the Rust tests, including the black-box tests
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bins
	cargo test $(CARGO_WORKSPACE) --lib --test '*'

.PHONY: test-binaries
test-binaries: ## Runs the main journey on release builds of all functions' executables (PROFILE=dev for debug builds, as in `make unit`)
	@scripts/setup run
	@PROFILE="$(or $(PROFILE),release)" scripts/test-binaries

.PHONY: browser
browser: web ## Tests the web app in Chromium on the local platform; screenshots in tests/browser/output (ONLY="part of a test's name")
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bin local
	@npm --prefix tests/browser run --silent check -- $(if $(ONLY),--grep "$(ONLY)")

.PHONY: pictures
pictures: web ## Draws the README's pictures of the television's app (docs/pictures/tv-*.jpg) on the local platform
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bin local
	@cd tests/browser && npx playwright test --config pictures.config.ts

.PHONY: simulate
simulate: ## Plays random billing histories against an oracle (SEEDS=300, FIRST=0; SEED= replays one, step by step)
	@scripts/setup run
	SEEDS=$(SEEDS) SEED=$(SEED) FIRST=$(FIRST) cargo test $(CARGO_WORKSPACE) --test marquee simulation::every_history

.PHONY: simulate-mutants
simulate-mutants: ## Checks that the simulation rejects five wrong strategies and ten mutations of the code (SEEDS=500)
	@scripts/setup run
	@SEEDS=$(or $(SEEDS),500) scripts/simulate-mutants

.PHONY: sweep
sweep: ## Makes every call of every billing flow fail in every way (`make test` makes each call fail in two ways)
	@scripts/setup run
	WHOLE=1 cargo test $(CARGO_WORKSPACE) --test marquee simulation::sweep

.PHONY: unused-permissions
unused-permissions: ## Runs the Rust tests, then prints the permissions in template.yaml that none of them used
	@scripts/setup test
	cargo build $(CARGO_WORKSPACE) --bins
	@rm -f target/permissions-used
	PERMISSIONS_USED="$(CURDIR)/target/permissions-used" cargo test $(CARGO_WORKSPACE) --test marquee
	@"$${CARGO_TARGET_DIR:-target}/debug/unused-permissions" target/permissions-used

.PHONY: endpoint
endpoint: ## Writes a new endpoint (NAME=list-awards METHOD=GET ROUTE=/api/awards CALLER=Viewer); see docs/adding-an-endpoint.md
	@scripts/setup run
	@scripts/endpoint "$(NAME)" "$(METHOD)" "$(ROUTE)" "$(CALLER)" $(if $(SUMMARY),--summary "$(SUMMARY)")

.PHONY: test-endpoint
test-endpoint: ## Writes four endpoints in a copy of the repository, then builds and tests the copy
	@scripts/setup test
	@scripts/test-endpoint

.PHONY: openapi
openapi: ## Writes docs/openapi.json from the template's routes and the functions' types, then the web app's types from it
	@scripts/setup run
	cargo build $(CARGO_WORKSPACE) --bin write-openapi
	"$${CARGO_TARGET_DIR:-target}/debug/write-openapi" > docs/openapi.json.new
	mv docs/openapi.json.new docs/openapi.json
	npm --prefix web run --silent types

.PHONY: messages
messages: ## Writes the web app's message catalogues (web/src/locales) from its sources, for translators
	@scripts/setup run
	npm --prefix web run --silent messages

.PHONY: entitlement
entitlement: ## Writes docs/entitlement.md, the table of who may watch what, from the code
	@scripts/setup test
	WRITE_ENTITLEMENT=1 cargo test $(CARGO_WORKSPACE) --test marquee entitlement::

.PHONY: audit
audit: ## Checks the dependencies' licences, sources and known vulnerabilities (OFFLINE=1 skips the vulnerabilities, which need a network)
	@scripts/setup audit
	@scripts/audit

.PHONY: sbom
sbom: ## Writes a bill of materials (CycloneDX) for each function and for the web app to target/sbom (ARCHITECTURE=arm64|x86_64)
	@scripts/setup sbom
	@scripts/sbom

.PHONY: build
build: ## Builds every function for Lambda (ARCHITECTURE=arm64|x86_64)
	@scripts/setup deploy
	@. scripts/environment; sam build --parameter-overrides Architecture=$(or $(ARCHITECTURE),arm64)

.PHONY: deploy
deploy: ## Builds and deploys (STACK=, REGION=, PARAMETERS="WebOrigin=https://… …", DRY=1 to see the commands); see docs/OPERATIONS.md
	@scripts/deploy

.PHONY: grant-admin
grant-admin: ## Makes EMAIL= an administrator, locally or with STACK= in the cloud
	@scripts/grant-admin

.PHONY: conformance
conformance: ## Checks that a running service keeps the contract with its clients (API=http://127.0.0.1:3000, EMAIL=, PASSWORD=, ORIGIN=, ONLY=, WAIT=1)
	@scripts/setup operate
	@API="$(API)" scripts/conformance

.PHONY: bench
bench: ## Measures starts and requests of release builds, the main routes, moving the clock (SUBSCRIBERS=100), and search; see docs/PERFORMANCE.md
	@scripts/setup bench
	@$(if $(SUBSCRIBERS),SUBSCRIBERS=$(SUBSCRIBERS)) bench/run
	@bench/search

.PHONY: sizes
sizes: ## Measures the functions' release builds: executable, zip, LLVM IR, CPU seconds (FUNCTIONS="health get-me" for some of them)
	@scripts/setup run
	@FUNCTIONS="$(FUNCTIONS)" scripts/sizes
