# The work itself is in tools/run.sh, which `npm run` calls as well.
.DEFAULT_GOAL := help
.PHONY: help build dist package sbom demo demo-cluster test test-fast test-faults bench lint format tools clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Leave an executable dist/kubechurn
	@tools/run.sh build

dist: ## Leave one executable file that needs neither Node nor npm: dist/kubechurn-linux-x64
	@tools/run.sh dist

package: ## Leave the chart as dist/kubechurn-VERSION.tgz, the same bytes each time
	@tools/run.sh package

sbom: ## Leave dist/sbom.spdx.json: what the program is made of
	@mkdir -p dist
	@tools/run.sh sbom > dist/sbom.spdx.json

demo: ## Fill a real etcd until it refuses writes, name who did it, get it back, check it
	@tools/run.sh demo

demo-cluster: ## On a real control plane: a loop, kubectl's warning, who it is, the throttle, the database back
	@tools/run.sh demo-cluster

test: ## Lint, build, unit tests, tests on real etcd, kube-apiserver, helm and a browser
	@tools/run.sh test

test-fast: ## The unit tests alone, under a minute
	@tools/run.sh test-fast

test-faults: ## The long faults: maintenance under all circumstances, an API server away for a minute; CI runs it too
	@tools/run.sh test-faults

bench: ## Measure speed and memory, into docs/performance.md; npm run bench -- 5 maintenance measures that alone
	@tools/run.sh bench

lint: ## Types, lint, format, import arrows, dead code, generated files
	@tools/run.sh lint

format: ## Let prettier rewrite what it would complain about
	@tools/run.sh format

tools: ## Bring the programs that tests start (etcd, kube-apiserver ...) into .tools/bin
	@tools/run.sh tools

clean: ## Remove what was built; `rm -rf .tools node_modules` removes what was brought
	@rm -rf dist coverage
