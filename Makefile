# Every target finds its tools by itself (deploy/bin/toolchain.sh): a JDK 25, and Maven 3.9 or the wrapper.

.DEFAULT_GOAL := help

FLY := $(addprefix fly-,launch pg-create pg-attach mpg-create mpg-attach secrets deploy deploy-only migrate smoke logs ssh status checks scale-2)
.PHONY: help run dev check test build audit fmt bench clean force image-root $(FLY)

MVN := deploy/bin/toolchain.sh mvn -B --no-transfer-progress
MODULES := common deploy/dev-database api ops-cli deploy/checks
SERVICE := api/target/quarkus-app/quarkus-run.jar
BUILT := target/built
ALTOPS := ops-cli/target/altops.jar
DATABASE := deploy/dev-database/target/dev-database.jar
# Directories too: they change when a file is removed.
SOURCES := pom.xml $(wildcard .mvn/* .mvn/wrapper/*) $(foreach module,$(MODULES),$(module)/pom.xml $(shell find $(module)/src/main 2>/dev/null))

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Run the service on :3000, with its own database in .data/ or with DATABASE_URL; Ctrl-C stops it
	@deploy/bin/run.sh

dev: build ## Run it in Quarkus dev mode, which picks up changes in the code
	@deploy/bin/run.sh dev

check: ## Check the format, compile with all checks, run the quick tests
	@deploy/bin/check.sh

test: ## Run everything: the audit, all tests, the scripts, the image (TEST_DATABASE_URL: on that server)
	@deploy/bin/test.sh

build: $(BUILT) ## Build the service and altops if they are out of date

audit: ## Check format, code, architecture, dependencies, secrets and scripts, without a database
	@deploy/bin/audit.sh

fmt: ## Format the code
	@$(MVN) -q spotless:apply

bench: build ## Measure the service; see docs/performance.md
	@deploy/bin/toolchain.sh deploy/bench/run.sh

image-root: build ## Build the file system of the container image in target/image-root
	@deploy/image/root.sh target/image-root
	@deploy/image/train.sh target/image-root

fly-launch: ## Fly.io: create the application (docs/operations.md has the order of these)
fly-pg-create: ## Fly.io: create its PostgreSQL
fly-pg-attach: ## Fly.io: give the application the address of its PostgreSQL
fly-mpg-create: ## Fly.io: create a managed PostgreSQL instead
fly-mpg-attach: ## Fly.io: give the application the address of the cluster FLY_CLUSTER
fly-secrets: ## Fly.io: check .env.production and send it for the next deploy
fly-migrate: ## Fly.io: migrate the database to this release
fly-deploy: ## Fly.io: audit, test, deploy, wait until healthy, run the smoke test
fly-deploy-only: ## Fly.io: deploy without audit and tests
fly-smoke: ## Fly.io: run the smoke test against the deployment
fly-status: ## Fly.io: show the machines
fly-checks: ## Fly.io: show their health checks
fly-logs: ## Fly.io: show their logs
fly-ssh: ## Fly.io: open a shell on a machine of its own
fly-scale-2: ## Fly.io: run two machines
fly-secrets fly-migrate fly-smoke: build
$(FLY):
	@deploy/bin/fly.sh $(@:fly-%=%)

clean: ## Remove everything that was built; .data/ stays
	rm -rf target $(MODULES:=/target) packages/tracker/dist

# One run of Maven builds all of it, so one stamp file is enough. If a jar is missing, the build is forced.
$(BUILT): $(SOURCES) $(if $(and $(wildcard $(SERVICE)),$(wildcard $(ALTOPS)),$(wildcard $(DATABASE))),,force)
	@deploy/bin/build.sh
	@mkdir -p target && touch $(BUILT)
