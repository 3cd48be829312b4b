# Everything here needs a Python >= 3.11 with venv, and make.  Each purpose has an
# environment of its own in $(ENVS), made on first use and brought up to date when
# pyproject.toml changes.  Nothing else on the machine is read or written.
#
#   make demo                the gateway between real clients and a scripted upstream
#   make test [ARGS=...]     the suite, and its codecs with the standard library's JSON
#   make test-all            the same on every Python of VERSIONS that is found
#   make lint types          style and house rules; mypy and pyright
#   make peers               the testing kit on somebody else's translator
#   make bench [ARGS=...]    the measurements; ARGS=--full for all of them at length
#   make bench-peers         the same work done by other packages, side by side
#   make bench-counts        calls of the main workloads against the stored counts
#   make bench-gateway       the gateway under load, beside others that install
#   make performance-docs    write docs/performance.md from results of the benches
#   make conformance-outside other people's conformance tools, on the gateway
#   make fuzz [SECONDS=60]   the fuzz harnesses
#   make coverage            branch coverage of the suite
#   make mutants [ARGS=...]  break our own code on purpose; the suite must notice
#   make limits              what 100 MB of a stream take in memory
#   make docs                write docs/{losses,grammars,limits}.md from the code
#   make build               sdist and wheel in $(DIST)
#   make clean               remove all that this file makes

ENVS ?= .envs
DIST ?= dist
SHARED ?= ../shared
WORKERS ?= 2
# Tests that share something expensive stay on one worker.
PARALLEL = -n $(WORKERS) --dist loadgroup
SECONDS ?= 60
VERSIONS ?= 3.11 3.12 3.13
ARGS ?=

# The first interpreter that starts and is new enough.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 \
	    python $$(ls -d "$$HOME"/.pyenv/versions/3.1[1-9]*/bin/python 2>/dev/null); do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && command -v "$$python" && break; done)
endif

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

# One up-to-date pip serves every environment: `--group` needs pip 25.1, and
# environments without a pip of their own are made in a tenth of a second.
PIP := $(ENVS)/pip/bin/python -m pip
PIP_STAMP := $(ENVS)/pip/.stamp
EVERYTHING := -e '.[speed,httpx,httpx2,serve,testing]'
SERVING := -e '.[speed,httpx2,serve]'
FUZZING := -e '.[speed,testing]'

# The judges live beside the repository; without them the tests that ask them skip.
ORACLES := $(if $(wildcard $(SHARED)/oracles),$(ENVS)/oracles/.stamp)
JUDGES = $(if $(ORACLES),MODELWIRE_ORACLE_PYTHON="$$(cd $(ENVS) && pwd)/oracles/bin/python")

.PHONY: demo test test-all lint types peers bench bench-peers bench-counts performance-docs \
    bench-gateway conformance-outside fuzz coverage mutants limits docs build clean oracles
.DELETE_ON_ERROR:

# $(call fill,NAME,PYTHON,PIP ARGUMENTS)
define fill
	@echo "== environment $(ENVS)/$(1)"
	@$(2) -m venv --without-pip $(ENVS)/$(1)
	@$(PIP) --python $(ENVS)/$(1)/bin/python install -qq $(3)
	@touch $@
endef

# What gives no other bytes with another JSON back end is tested with the first one
# only, to stay within five minutes on two cores; `.ci/run` runs all of it with both.
ONE_BACKEND := $(addprefix --ignore=tests/,adapt bench clients fuzz gateway limits properties testing \
    transports judges/test_oracle.py judges/test_oracle_generated.py test_testing_docs.py)

# $(call suite,NAME)
define suite
	$(JUDGES) $(ENVS)/$(1)/bin/pytest $(PARALLEL) $(ARGS)
	$(JUDGES) $(ENVS)/$(1)/bin/pytest $(PARALLEL) --json-backend=stdlib $(or $(ARGS),$(ONE_BACKEND))
endef

# $(call each,run A; run B): every command runs, and one that fails fails the target
each = @failed=; run() { echo "$$@"; "$$@" || failed="$$failed$$1 "; }; $(1); [ -z "$$failed" ]

demo: $(ENVS)/demo/.stamp
	$(ENVS)/demo/bin/modelwire demo

test: $(ENVS)/test/.stamp $(ORACLES)
	$(call suite,test)

test-all:
	@ran=; skipped=; for version in $(VERSIONS); do \
	    if [ -z "$$($(call find,$$version))" ]; then \
	        skipped="$$skipped $$version"; \
	        echo "== SKIPPED: python$$version was not found"; \
	    else \
	        echo "== python$$version"; \
	        $(MAKE) --no-print-directory "test-python$$version" || exit 1; \
	        ran="$$ran $$version"; \
	    fi; \
	done; \
	echo "== ran on:$${ran:- none}; skipped:$${skipped:- none}"; [ -n "$$ran" ]

PER_VERSION := $(addprefix test-python,$(VERSIONS))
.PHONY: $(PER_VERSION)
$(PER_VERSION): test-python%: $(ENVS)/test-%/.stamp $(ORACLES)
	$(call suite,test-$*)

lint: $(ENVS)/lint/.stamp
	$(call each, \
	    run $(ENVS)/lint/bin/ruff check --output-format=concise .; \
	    run $(ENVS)/lint/bin/ruff format --check --output-format=concise .; \
	    run $(ENVS)/lint/bin/python tools/check_files.py)

# pyright looks for the package in the active environment only.
types: $(ENVS)/types/.stamp
	$(call each, . $(ENVS)/types/bin/activate; \
	    run mypy --strict; \
	    run pyright src/modelwire tests/typing; \
	    run pyright --verifytypes modelwire --ignoreexternal)

peers: $(ENVS)/peers/.stamp
	$(ENVS)/peers/bin/pytest tests/peers $(ARGS)

bench: $(ENVS)/bench/.stamp
	@[ -f bench/run.py ] || { echo "bench: there is no bench/run.py in this checkout"; exit 1; }
	$(ENVS)/bench/bin/python bench/run.py $(ARGS)

# Others beside ours, each in an environment of its own: they do not fit into one.  What
# is behind a name is what `pip install` of it takes, and what bench/peer_works adds.
BESIDE_openai := openai==3.54.0
BESIDE_anthropic := anthropic==2.12.0
BESIDE_google-genai := google-genai==3.4.0
BESIDE_httpx-sse := httpx-sse==0.4.3 httpx
BESIDE_llm-rosetta := llm-rosetta==0.13.0 httpx-sse==0.4.3 httpx orjson
BESIDE_lm15 := lm15==1.5.0
# Not the newest on purpose: release 1.107.0 of litellm is listed as compromised.  It
# imports mcp for a request with tools, and does not require it.
BESIDE_litellm := litellm==1.106.2 mcp
BESIDE_pydantic-ai := 'pydantic-ai-slim[openai,anthropic,google]==2.68.0'
BESIDE := openai anthropic google-genai httpx-sse llm-rosetta lm15 litellm pydantic-ai

# One that does not install is in the report, with the reason that it is not there.
bench-peers: $(ENVS)/bench/.stamp $(BESIDE:%=$(ENVS)/beside-%/.stamp)
	$(ENVS)/bench/bin/python bench/peers.py --envs $(ENVS) $(ARGS)

$(ENVS)/beside-%/.stamp: Makefile | $(PIP_STAMP)
	@echo "== environment $(ENVS)/beside-$*"
	@$(PYTHON) -m venv --without-pip $(ENVS)/beside-$*
	@$(PIP) --python $(ENVS)/beside-$*/bin/python install -qq $(BESIDE_$*) \
	    || { echo "== $* does not install"; rm -rf $(ENVS)/beside-$*/bin; }
	@touch $@

bench-counts: $(ENVS)/bench/.stamp
	$(ENVS)/bench/bin/python bench/counts.py $(ARGS)

# ARGS names result files, the newest two of each bench by default.
performance-docs: $(ENVS)/bench/.stamp
	$(ENVS)/bench/bin/python bench/report.py $(ARGS)

# Each gateway has an environment of its own, too.
PEER_litellm := 'litellm[proxy]==1.106.2'
PEER_llm-rosetta := 'llm-rosetta[gateway]==0.13.0'
PEER_ai-proxy-server := 'ai-proxy-server==3.3.2' anthropic
PEERS := litellm llm-rosetta ai-proxy-server

bench-gateway: $(ENVS)/bench-gateway/.stamp $(PEERS:%=$(ENVS)/peer-%/.stamp)
	$(ENVS)/bench-gateway/bin/python bench/gateway.py --envs $(ENVS) $(ARGS)

$(ENVS)/peer-%/.stamp: | $(PIP_STAMP)
	@echo "== environment $(ENVS)/peer-$*"
	@$(PYTHON) -m venv --without-pip $(ENVS)/peer-$*
	@$(PIP) --python $(ENVS)/peer-$*/bin/python install -qq $(PEER_$*) \
	    || echo "== peer-$* does not install and is left out"
	@touch $@

# compatcanary is a program of node; without npm it is skipped, with a message.
conformance-outside: $(ENVS)/outside/.stamp
	$(ENVS)/outside/bin/python tools/outside_conformance.py --node $(ENVS)/outside-node $(ARGS)

fuzz: $(ENVS)/fuzz/.stamp
	$(ENVS)/fuzz/bin/python fuzz/run.py --seconds $(SECONDS) $(ARGS)

coverage: $(ENVS)/coverage/.stamp $(ORACLES)
	$(ENVS)/coverage/bin/coverage erase
	$(JUDGES) $(ENVS)/coverage/bin/coverage run -m pytest $(PARALLEL) $(ARGS)
	$(ENVS)/coverage/bin/coverage combine -q
	$(ENVS)/coverage/bin/coverage report

mutants: $(ENVS)/test/.stamp $(ORACLES)
	$(JUDGES) $(ENVS)/test/bin/python tools/mutants.py $(ARGS)

limits: $(ENVS)/test/.stamp
	$(ENVS)/test/bin/pytest tests/limits --megabytes=100 $(ARGS)

docs: $(ENVS)/demo/.stamp
	$(ENVS)/demo/bin/python tools/make_loss_docs.py
	$(ENVS)/demo/bin/python tools/make_grammar_docs.py
	$(ENVS)/demo/bin/python tools/make_limit_docs.py

build: $(ENVS)/build/.stamp
	rm -rf $(DIST)
	$(ENVS)/build/bin/pyproject-build --no-isolation --outdir $(DIST) .

oracles: $(ENVS)/oracles/.stamp

clean:
	rm -rf $(ENVS) $(DIST) build .nox .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests fuzz bench examples tools docs -name __pycache__ -prune \
	    -exec rm -rf {} + 2>/dev/null || true

# $(call find,VERSION): shell text that prints an interpreter of that version, if any
find = for python in python$(1) $$(ls -d "$$HOME"/.pyenv/versions/$(1).*/bin/python 2>/dev/null); do \
	"$$python" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "'$(1)'")' 2>/dev/null \
	    && command -v "$$python" && break; done

$(PIP_STAMP):
	@if [ -z "$(PYTHON)" ]; then echo "no Python >= 3.11 found; say make PYTHON=..."; exit 1; fi
	@echo "== environment $(ENVS)/pip, from $(PYTHON)"
	@$(PYTHON) -m venv $(ENVS)/pip
	@$(PIP) install -qq --upgrade 'pip>=25.1'
	@touch $@

$(ENVS)/demo/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,demo,$(PYTHON),$(SERVING) --group clients)

$(ENVS)/test/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,test,$(PYTHON),$(EVERYTHING) --group test --group clients)

$(ENVS)/test-%/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,test-$*,"$$($(call find,$*))",$(EVERYTHING) --group test --group clients)

$(ENVS)/oracles/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,oracles,$(PYTHON),--group oracles)

$(ENVS)/coverage/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,coverage,$(PYTHON),$(EVERYTHING) --group coverage)

$(ENVS)/lint/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,lint,$(PYTHON),--group lint)

$(ENVS)/types/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,types,$(PYTHON),$(EVERYTHING) --group types --group clients)

$(ENVS)/peers/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,peers,$(PYTHON),$(FUZZING) --group peers)

$(ENVS)/bench/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,bench,$(PYTHON),-e . --group bench)

$(ENVS)/bench-gateway/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,bench-gateway,$(PYTHON),$(SERVING))

$(ENVS)/outside/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,outside,$(PYTHON),$(SERVING) --group outside)
	@npm install --silent --no-fund --no-audit --prefix $(ENVS)/outside-node \
	    compatcanary@0.2.2 || echo "== compatcanary does not install and is left out"

$(ENVS)/fuzz/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,fuzz,$(PYTHON),$(FUZZING) --group fuzz)

$(ENVS)/build/.stamp: pyproject.toml | $(PIP_STAMP)
	$(call fill,build,$(PYTHON),--group build)
