# Needs Python 3.11 or newer and make; everything else is installed into .venv.
PYTHON3 ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(BIN)/python
# Where the generated stubs go; the test for their freshness points it at a scratch folder.
STUBS ?= service

CLIENT = $(STUBS)/client/lems_guard_client
PROTOS := $(wildcard proto/lems_guard/v1/*.proto)
SERVICES := $(filter %_service.proto,$(PROTOS))
TYPED = $(foreach kind,mypy mypy_grpc,--plugin=protoc-gen-$(kind)=$(dir $(PYTHON))protoc-gen-$(kind))
# What the compiled rules are made from. Folders of rules count too: they change with a deletion.
ENGINE := $(addprefix service/lems_guard/,clinical knowledge screening terminology)
KNOWLEDGE := $(shell find rules 2>/dev/null; find $(ENGINE) -name '*.py' 2>/dev/null)
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip install --quiet
COMPILED := $(VENV)/.compiled
# What a service needs to run, without what its tests need: a fifth of it.
RUNNING := $(VENV)/.running
COMPILED_TO_RUN := $(VENV)/.compiled-to-run

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo serve test properties lint stubs stub-files locks dist vocabulary bench fuzz chaos soak capacity readme pictures

# Lists the targets by their two-hash comments.
help:
	@echo 'usage: make TARGET'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)$$/  \1\t\2/p' Makefile | expand -t 10

setup: $(COMPILED) ## install into .venv and compile the rules (only what has changed)

demo: $(COMPILED_TO_RUN) ## start the service, send an example prescription, print its alerts
	$(BIN)/lems-guard demo

serve: $(COMPILED_TO_RUN) ## run the service on this machine, gRPC and HTTP
	$(BIN)/lems-guard serve

# Two at a time: a file's tests stay with one worker, which starts the servers that they share.
test: lint ## lint, types and all tests, with their branch coverage
	$(BIN)/pytest -q -n 2 --dist loadfile --cov

# A part alone, by its folder: make test-edges.
test-%: setup
	$(BIN)/pytest -q tests/$*

# Another seed each time; make shows the command, and the seed with it.
properties: setup ## search new examples of the properties: IN=tests/answering TIMES=20 SEED=1
	PROPERTIES_TIMES=$(or $(TIMES),20) $(BIN)/pytest -m hypothesis \
		--hypothesis-seed=$(or $(SEED),$(shell date +%s)) $(or $(IN),tests)

lint: setup ## style, format, types and the wire contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/buf lint
	$(BIN)/buf breaking --against proto/base.binpb

stubs: $(INSTALLED) stub-files ## regenerate the Python stubs from proto/

dist: setup ## build the wheels of the service and of its client into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist ./service/client .

# Of each release all files' hashes, for every machine; versions stay as they are while they fit.
LOCK = $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-emit-package lems-guard-client \
	--custom-compile-command 'make locks'

locks: $(INSTALLED) ## lock what is installed, by hash: UPGRADE=--upgrade, or '--upgrade-package NAME'
	$(LOCK) $(UPGRADE) --universal --python-version 3.11 --all-extras pyproject.toml -o deploy/development.txt
	$(LOCK) $(UPGRADE) --universal --python-version 3.11 --group build \
		-c deploy/development.txt -o deploy/build-requirements.txt
	$(LOCK) --universal --python-version 3.11 --extra otel pyproject.toml \
		-c deploy/development.txt -o deploy/requirements.txt
	$(PYTHON) deploy/bill_of_materials.py

vocabulary: $(INSTALLED) ## build the tables of drug names from rules/vocabulary/sources
	$(PYTHON) -m lems_guard.terminology.build rules/vocabulary
	$(BIN)/lems-guard rules lock

bench: setup ## measure speed, within three minutes; JSON=FILE writes them, README=on its table
	PYTHONPATH=tests $(PYTHON) -m benchmark $(if $(JSON),--json $(JSON)) $(if $(README),--readme)

# Inputs that were a fault are kept in fuzz-found/; with atheris: GUIDED=--guided IN=text
fuzz: setup ## break in by every door for MINUTES=10 (IN='text hooks'), and print what inputs cost
	PYTHONPATH=tests $(PYTHON) -m fuzz --minutes $(or $(MINUTES),10) $(GUIDED) $(IN)

# What breaks by itself elsewhere: processes, disks, connections, Redis, certificates, balancers.
BREAKING = chaos faults/redis $(addprefix deploy/test_,haproxy.py load.py) edges/http/test_in_time.py \
	$(addprefix e2e/test_,life.py overload.py reload.py rolling_restart.py tls.py)

chaos: setup ## break real processes in every way, TIMES=20 times longer than `make test` does
	CHAOS_TIMES=$(or $(TIMES),20) $(BIN)/pytest $(addprefix tests/,$(BREAKING))

soak: setup ## load a service for MINUTES=10 and see that nothing grows
	PYTHONPATH=tests $(PYTHON) -m chaos.soak --minutes $(or $(MINUTES),10)

capacity: setup ## measure what a replica can carry, for deploy/OPERATING.md
	PYTHONPATH=tests $(PYTHON) -m capacity_table

readme: setup ## write the pages' tables and the glossary's classes
	PYTHONPATH=tests $(PYTHON) -m readme_tables
	PYTHONPATH=tests $(PYTHON) -m glossary

pictures: setup ## draw the dashboards from a real Prometheus, and the pages, for the READMEs
	PYTHONPATH=tests $(PYTHON) -m dashboard_pictures
	PYTHONPATH=tests $(PYTHON) -m page_pictures

# Only files named *_service.proto hold a service, so only they get a gRPC stub.
stub-files:
	$(PYTHON) -m grpc_tools.protoc -I proto --python_out=$(STUBS) --pyi_out=$(STUBS) \
		--descriptor_set_out=$(STUBS)/lems_guard/v1/descriptor.pb --include_source_info $(PROTOS)
	$(PYTHON) -m grpc_tools.protoc -I proto --grpc_python_out=$(STUBS) $(SERVICES)
# The client's own, with types, and the files themselves. A message is the same class in both
# packages as long as both describe it by the same bytes.
	mkdir -p $(CLIENT)/v1 $(CLIENT)/proto/lems_guard/v1
	cp $(PROTOS) $(CLIENT)/proto/lems_guard/v1
	cp tests/conformance/prescriptions.ndjson $(CLIENT)/conformance.ndjson
	$(PYTHON) -m grpc_tools.protoc -I proto $(TYPED) --python_out=$(STUBS)/client \
		--mypy_out=quiet:$(STUBS)/client $(PROTOS)
	$(PYTHON) -m grpc_tools.protoc -I proto $(TYPED) --grpc_python_out=$(STUBS)/client \
		--mypy_grpc_out=quiet:$(STUBS)/client $(SERVICES)
	sed -i 's/^from lems_guard\.v1 import/from lems_guard_client.v1 import/' $(STUBS)/client/lems_guard/v1/*
	mv $(STUBS)/client/lems_guard/v1/* $(CLIENT)/v1
	rm -r $(STUBS)/client/lems_guard

# The version is literal text of the package, hence not a reason to install again.
# Nothing is installed that is not locked by its hash; what builds the rest comes first.
$(INSTALLED): pyproject.toml service/client/pyproject.toml deploy/development.txt deploy/build-requirements.txt
	@$(MAKE_VENV)
	@echo 'Installing what the service and its tests need into $(VENV): some minutes, the first time.'
	$(PIP) --require-hashes -r deploy/build-requirements.txt
	$(PIP) --require-hashes --no-build-isolation -r deploy/development.txt
	$(INSTALL_US)
	touch $@ $(RUNNING)

$(RUNNING): pyproject.toml service/client/pyproject.toml deploy/requirements.txt deploy/build-requirements.txt
	@$(MAKE_VENV)
	@echo 'Installing what the service needs into $(VENV): about a minute, the first time.'
	$(PIP) --require-hashes -r deploy/build-requirements.txt
	$(PIP) --require-hashes --no-build-isolation -r deploy/requirements.txt
	$(INSTALL_US)
	touch $@

MAKE_VENV = $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON3) -m venv --clear $(VENV)
INSTALL_US = $(PIP) --no-index --no-deps --no-build-isolation -e service/client -e .

# Compiling runs the cases of every rule too: rules that fail their own cases are not set up.
define COMPILE
@echo 'Compiling the rules, with all of their cases …'
$(BIN)/lems-guard rules compile
touch $@
endef

$(COMPILED): $(INSTALLED) $(KNOWLEDGE)
	$(COMPILE)
	touch $(COMPILED_TO_RUN)

$(COMPILED_TO_RUN): $(RUNNING) $(KNOWLEDGE)
	$(COMPILE)
