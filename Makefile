# The two commands of README: `make demo` and `make test`. `make help` names the others.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: programs deny workflows compatibility sizes book release-check faults etcd-tests packages peers upstream engines engines-installed schema vectors moto help demo test generate bench templates tools rust-tools fmt clippy circles rust docs generated model examples c python node server console words cluster

CARGO ?= cargo
PYTHON ?= python3
VENV := .venv/model
TARGET := $(or $(CARGO_TARGET_DIR),target)
# Prints one line per missing tool, with what to install.
need = command -v $(1) >/dev/null || { echo "$(1) is missing: install $(2)" >&2; exit 1; }
say = @echo "== $(1)"

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

rust-tools:
	@$(call need,cargo,Rust 1.89 or later from https://rustup.rs)
	@$(call need,cc,a C compiler (SQLite is built from source), for example gcc)

tools: rust-tools
	@$(call need,$(PYTHON),Python 3.10 or later)
	@$(call need,node,Node.js 20 or later)
	@$(call need,npm,npm)

demo: rust-tools ## walk through the life cycle of an alias
	$(CARGO) run -q -p sfn-alias-examples --bin demo

test: tools fmt words circles workflows clippy rust docs generated compatibility model examples c python node server console upstream cluster sizes ## run every check
	@echo "== all checks passed"

fmt: ## formatting
	$(call say,formatting)
	$(CARGO) fmt --all --check

clippy: ## lints
	$(call say,lints)
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO) clippy -p sfn-alias --no-default-features --locked -- -D warnings

.venv/words/ok: tools/words/requirements.txt
	tools/create-venv $(PYTHON) .venv/words $<

# The phrases are extended regular expressions.
words: .venv/words/ok ## spelling, and the words and phrases that CONTRIBUTING.md replaces
	$(call say,words)
	.venv/words/bin/typos
	@if git grep -nIiE -f tools/words/phrases.txt -- . ':!CHANGELOG.md' ':!CONTRIBUTING.md' ':!tools/words' ':!vectors/templates'; then echo "CONTRIBUTING.md, \"Names and texts\", lists what to write instead" >&2; exit 1; fi

circles: ## no source files of a crate use each other
	$(call say,circles of files)
	$(PYTHON) -W error -m unittest discover -q -s tools/circles
	$(PYTHON) tools/circles/circles.py

rust: ## the Rust tests
	$(call say,tests)
	$(CARGO) test --workspace --locked

# With the features that dependencies have in `cargo test --workspace`, so that no later check compiles them again.
programs: rust-tools ## build the programs and examples
	$(CARGO) build -q --workspace --bins --examples --locked

docs: ## rustdoc without warnings
	$(call say,documentation)
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked

workflows: ## the workflows of GitHub, with actionlint and zizmor
	$(call say,workflows)
	$(MAKE) -C tools/workflows check

compatibility: rust-tools ## what releases promise: the public API of the Rust crates
	$(call say,compatibility)
	$(MAKE) -C tools/compatibility check

sizes: ## the sizes of what the tests built, and their limits
	$(call say,sizes)
	$(PYTHON) -W error -m doctest tools/release/sizes.py tools/release/image.py
	$(PYTHON) tools/release/sizes.py

book: tools ## build the book and the references of each language in target/book
	$(MAKE) -C tools/book

release-check: tools ## build, check and try everything that a release contains; NAMES="wheel npm" for some of it
	$(PYTHON) tools/release/release.py $(NAMES)

# Not part of `make test`, because cargo-deny compiles for several minutes, once. CI and `make release-check` have it.
deny: rust-tools ## licenses, duplicate versions and sources of the dependencies; ADVISORIES=1 for known vulnerabilities
	$(PYTHON) tools/release/deny.py $(if $(ADVISORIES),--advisories)

vectors: rust-tools ## format the vectors and write the pages about them
	$(PYTHON) tools/vectors/vectors.py format
	$(CARGO) run -q -p generate

generate: tools vectors ## write the generated files
	$(CARGO) run -q -p protobuf
	$(MAKE) -C tools/compatibility update
	$(MAKE) -C bindings-c generate
	$(MAKE) -C bindings-node generate
	$(MAKE) -C bindings-python generate

.venv/manifests/ok: tools/manifests/requirements.txt
	tools/create-venv $(PYTHON) .venv/manifests $<

generated: programs .venv/manifests/ok ## check that the generated files are up to date, and the deployment files
	$(call say,generated files)
	$(TARGET)/debug/generate --check
	$(TARGET)/debug/protobuf --check
	$(PYTHON) tools/vectors/vectors.py format --check
	$(PYTHON) -m doctest tools/docs/links.py tools/peers/peers.py
	$(PYTHON) tools/peers/peers.py page --check
	$(PYTHON) tools/docs/links.py
	.venv/manifests/bin/python -W error -m unittest discover -q -s tools/manifests
	.venv/manifests/bin/python tools/manifests/check.py

$(VENV)/ok: tools/model/requirements.txt
	tools/create-venv $(PYTHON) $(VENV) $<

model: programs $(VENV)/ok ## our constraints and those of the service model
	$(call say,service model)
	$(TARGET)/debug/examples/constraints > $(TARGET)/constraints.json
	$(VENV)/bin/python tools/model/compare.py --constraints $(TARGET)/constraints.json \
	  --matcher $(TARGET)/debug/examples/constraints --vectors vectors

examples: programs ## the examples print what they should
	$(call say,examples)
	$(TARGET)/debug/start | diff - examples/expected.txt
	$(TARGET)/debug/demo | diff - examples/demo.txt
	$(TARGET)/debug/layers | diff - examples/layers.txt

c: ## the C library, installed and tested
	$(call say,C)
	$(MAKE) -C bindings-c test

python: ## the wheel, installed and tested
	$(call say,Python)
	$(MAKE) -C bindings-python test

node: ## the npm packages, installed and tested
	$(call say,Node)
	$(MAKE) -C bindings-node test

server: ## the endpoint, with unmodified AWS clients
	$(call say,endpoint)
	$(MAKE) -C server test

console: ## the page of the endpoint, in Chromium
	$(call say,console)
	$(MAKE) -C console test

# On a developer's machine without Go, these tests are skipped.
cluster: rust-tools ## the store on etcd, with real nodes
	$(call say,cluster)
	@if command -v go >/dev/null; then $(MAKE) --no-print-directory etcd-tests; \
	  elif [ "$${CI:-}" = true ]; then echo "go is missing: install Go 1.26 or later from https://go.dev/dl" >&2; exit 1; \
	  else echo "skipped: the tests of the store on etcd need Go 1.26 or later from https://go.dev/dl"; fi

etcd-tests: programs .venv/manifests/ok
	$(MAKE) -C tools/etcd clients
	$(CARGO) test --workspace --test compatibility --test etcd --test safe --test store --test stores --locked -- --ignored
	$(PYTHON) -m doctest tools/manifests/page.py
	.venv/manifests/bin/python tools/manifests/start.py $(TARGET)/debug/sfn-alias target
	PATH="$(CURDIR)/target:$$PATH" $(MAKE) -C server cluster faults
	$(MAKE) -C examples cluster
	$(MAKE) --no-print-directory faults

# Partitions need network namespaces, and so root and iproute2. Other machines skip them.
faults: programs ## nodes and servers on etcd under faults: `make faults SEED=7`
	$(MAKE) -C tools/etcd
	$(MAKE) -C tools/linearizability test
	@if [ "$${CI:-}" = true ] && [ "$$(id -u)" = 0 ] && ! command -v ip >/dev/null; then \
	  apt-get update -q && apt-get install -yq --no-install-recommends iproute2; fi
	$(PYTHON) -m doctest cluster/tests/faults/history.py
	$(PYTHON) cluster/tests/faults/faults.py $(if $(SEED),--seed $(SEED)) target/etcd $(TARGET)/debug/sfn-alias target/linearizability

engines-installed: programs
	$(PYTHON) tools/peers/peers.py install moto ministack

upstream: engines-installed ## moto and MiniStack, unmodified, behind the endpoint
	$(call say,engines)
	.venv/moto/bin/python -m doctest upstream/tests/engines/engines.py upstream/tests/engines/page.py
	.venv/moto/bin/python upstream/tests/engines/engines.py
	$(MAKE) -C examples http
	PATH="$(CURDIR)/.venv/moto/bin:$$PATH" $(MAKE) -C server engine

engines: engines-installed ## the same, and write docs/engines.md
	.venv/moto/bin/python upstream/tests/engines/engines.py --write

bench: tools ## the benchmarks, each compared with a floor
	$(CARGO) bench -p sfn-alias
	$(CARGO) bench -p sfn-alias-template
	tools/bench-template/run
	$(MAKE) -C bindings-c bench
	$(MAKE) -C bindings-python bench
	$(MAKE) -C bindings-node bench
	$(MAKE) -C bench/http
	$(MAKE) -C bench/http upstream
	$(MAKE) -C bench/cluster
	$(MAKE) -C console bench

packages: tools programs ## check the templates that well-known packages contain
	tools/package-templates/run

.venv/schema/ok: tools/schema/requirements.txt
	tools/create-venv $(PYTHON) .venv/schema $<

schema: .venv/schema/ok rust-tools ## write the types and members of Step Functions that CloudFormation and SAM accept
	.venv/schema/bin/python tools/schema/schema.py template/src/schema.rs
	$(CARGO) fmt -p sfn-alias-template

templates: tools ## write the templates of vectors/templates that CDK and SAM make
	tools/templates/run

peers: programs ## compare moto, MiniStack and LocalStack with the vectors, and write docs/conformance.md
	$(PYTHON) tools/peers/peers.py run

moto: programs ## `sfn-alias verify` and `serve --metrics-to` against the server of moto
	$(call say,moto)
	$(PYTHON) tools/peers/peers.py install moto
	$(PYTHON) cli/tests/verify_moto.py $(TARGET)/debug/sfn-alias .venv/moto/bin/moto_server
	.venv/moto/bin/python cli/tests/metrics_moto.py $(TARGET)/debug/sfn-alias .venv/moto/bin/moto_server
	MOTO=1 PATH="$(CURDIR)/.venv/moto/bin:$$PATH" $(MAKE) -C server readme
