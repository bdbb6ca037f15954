# Every target finds its tools by itself (deploy/bin/toolchain.sh): a JDK 25, and Maven 3.9 or the wrapper.

.DEFAULT_GOAL := help

FLY := $(addprefix fly-,launch pg-create pg-attach mpg-create mpg-attach secrets deploy deploy-only migrate smoke logs ssh status checks scale-2)
.PHONY: help run dev check test build audit fmt bench clean force image-root $(FLY)

MVN := deploy/bin/toolchain.sh mvn -B --no-transfer-progress
MODULES := common deploy/dev-database api ops-cli deploy/checks
SERVICE := api/target/quarkus-app/quarkus-run.jar
BUILT := target/built
ALTOPS := ops-cli/target/altops.jar
DATABASE := $(wildcard deploy/dev-database/target/altcontext-dev-database-*.jar)
# Directories too: they change when a file is taken away.
SOURCES := pom.xml $(wildcard .mvn/* .mvn/wrapper/*) $(foreach module,$(MODULES),$(module)/pom.xml $(shell find $(module)/src/main 2>/dev/null))

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## The service on :3000 with a database of its own in .data/ (or DATABASE_URL); Ctrl-C stops it
	@deploy/bin/run.sh

dev: build ## The same in Quarkus dev mode: changes in the code are picked up
	@deploy/bin/run.sh dev

check: ## For the inner loop: the formatter, the compiler with its checks, and the tests that need no running service
	@deploy/bin/check.sh

test: ## Everything: the audit, all tests against a real PostgreSQL (or TEST_DATABASE_URL), the scripts
	@deploy/bin/test.sh

build: $(BUILT) ## api/target/quarkus-app/quarkus-run.jar and ops-cli/target/altops.jar, where they are stale

audit: ## What needs no database: formatter, compiler, Error Prone, NullAway, architecture, dependencies, secrets, scripts
	@deploy/bin/audit.sh

fmt: ## Formats the code
	@$(MVN) -q spotless:apply

bench: build ## Measures the service beside what bounds it; see docs/performance.md
	@deploy/bin/toolchain.sh deploy/bench/run.sh

image-root: build ## The container image's file system in target/image-root, made and trained by the scripts that the Dockerfile runs
	@deploy/image/root.sh target/image-root
	@deploy/image/train.sh target/image-root

fly-launch: ## Fly.io, in the order of docs/operations.md; each shows what it runs. This one makes the application
fly-pg-create: ## makes its PostgreSQL
fly-pg-attach: ## tells the application where that is
fly-mpg-create: ## makes one that Fly manages, in place of those two
fly-mpg-attach: ## tells the application where that is; FLY_CLUSTER is its id
fly-secrets: ## checks .env.production as the service would, and hands it over for the next deploy
fly-migrate: ## brings the schema to what this release needs
fly-deploy: ## audit, test, deploy, wait until healthy, smoke test
fly-deploy-only: ## the deploy alone
fly-smoke: ## the checklist against what is deployed
fly-status: ## the machines
fly-checks: ## their health
fly-logs: ## what they say
fly-ssh: ## a shell beside them, or COMMAND in one of them
fly-scale-2: ## two machines
$(FLY):
	@deploy/bin/fly.sh $(@:fly-%=%)

clean: ## Removes what was built; the data in .data/ stays
	rm -rf target $(MODULES:=/target)

# All of it in one run of Maven, so that one file of our own stands for all; force where a jar is missing.
$(BUILT): $(SOURCES) $(if $(and $(wildcard $(SERVICE)),$(wildcard $(ALTOPS)),$(DATABASE)),,force)
	@deploy/bin/build.sh
	@mkdir -p target && touch $(BUILT)
