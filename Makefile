# Every target is one npm script or one program of the project; CI runs the same targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CLUSTER ?= sandbox
RELEASE_URL ?= https://example.com/mesitis
run := npm run --silent
installed := node_modules/.package-lock.json

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(installed): package-lock.json
	npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $(installed)

.PHONY: install
install: $(installed) ## install what package-lock.json names, Node 24 included

.PHONY: build
build: install ## compile every workspace and bundle the kubectl plugin
	@$(run) build

.PHONY: executables
executables: build ## the plugin as executables that need no Node, and krew's manifest; RELEASE_URL=where they will be
	@$(run) executables --workspace @mesitis/kubectl-plugin -- --url $(RELEASE_URL)

.PHONY: lint
lint: install ## Oxlint (rules that know types, too) and Oxfmt
	@$(run) lint

.PHONY: format
format: install ## let Oxfmt and Oxlint mend what they can
	@$(run) format

.PHONY: unit
unit: install ## the fast tests: no network, no cluster
	@$(run) jest -- --selectProjects unit

.PHONY: conformance
conformance: install ## every rule of OSB 2.17 and both conformance suites, over HTTP
	@$(run) jest -- --selectProjects conformance

.PHONY: conformance-table
conformance-table: build ## write docs/osb-conformance.md from the rules and the titles of their tests
	@node test/dist/conformance/main.js

.PHONY: rules
rules: build ## write docs/rules.md from the rules of the configuration language and their examples
	@node test/dist/rules-page/main.js

.PHONY: kubernetes
kubernetes: build ## have a real API server at hand: from KUBEBUILDER_ASSETS, or built once
	@$(run) kubernetes

.PHONY: redis
redis: build ## have a real Redis at hand: from PATH, or installed (Debian, as root)
	@$(run) redis

.PHONY: e2e
e2e: build kubernetes redis ## the contract and end-to-end suites, on a real etcd, kube-apiserver and Redis
	@$(run) jest -- --selectProjects contract e2e

.PHONY: faults
faults: build kubernetes ## kill -9 at every write, an API server that goes away, refuses, and breaks off
	@$(run) jest -- --selectProjects faults

.PHONY: test
test: build lint kubernetes redis ## everything: types, lint, unit, conformance, contract, end-to-end and fault tests
	@$(run) jest

.PHONY: demo
demo: build ## walk the whole story; CLUSTER=sandbox (default), real, or current (with KUBECONFIG)
	@$(run) demo -- --cluster $(CLUSTER)

.PHONY: fuzz
fuzz: build ## hold webhook and broker to each other on RUNS (100,000) made-up ConfigMaps, in a small heap
	@node --max-old-space-size=192 test/dist/fuzz/main.js

.PHONY: bench
bench: build kubernetes ## measure, as ratios to a baseline of the same run; SMALL=1 for a short run
	@$(run) bench

.PHONY: walkthrough
walkthrough: build ## run the demo on a real API server and write its output to docs/walkthrough.md
	@$(run) demo -- --cluster real --write docs/walkthrough.md

.PHONY: terminal
terminal: build ## take the pictures of the plugin's output anew: docs/terminal.md
	@node test/dist/plugin/main.js

.PHONY: clean
clean: ## remove what the targets made, but not node_modules
	@$(run) clean
