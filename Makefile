# Every job of the workshop. CI calls only these, so a red job can be run by hand.
# Setting up is part of each target: the first call makes .venv and installs what pyproject.toml pins.
# MICROPYTHON=path names another unix VM; PYTHON=path another interpreter to make .venv with (3.11 or later).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
EMULATOR := build/node/node_path
JOBS ?= 4
SEED ?= 1
PROFILE ?= 0
SECURITY ?= 2
OWN_CODE := firmware boards host_tests tools
# Compiled once, not by every worker of every run: what is kept stands in __pycache__.
unexport PYTHONDONTWRITEBYTECODE
export MICROPYTHON
ifeq ($(strip $(MICROPYTHON)),)
unexport MICROPYTHON
endif

.DEFAULT_GOAL := help
.PHONY: help setup run test test-cpython test-vm vm32 test-vm32 heap cert cert-kinds cert-broken check format soak figures figures-32 size docs
.PHONY: clean

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(EMULATOR) ## make .venv and install the pinned tools (every other target does it, too)

$(READY): pyproject.toml tools/setup_venv.sh
	@sh tools/setup_venv.sh "$(PYTHON)" "$(VENV)"
	@touch $@

$(EMULATOR): host_tests/pio/package.json host_tests/pio/package-lock.json tools/setup_node.sh $(READY)
	@sh tools/setup_node.sh "$(VENV)" build/node

run: $(READY) ## charge a simulated car against the reference server; PROFILE=2 or 3 over TLS
	@$(BIN)/chargecore run --security-profile $(PROFILE)

test: check $(EMULATOR) ## check, then every test on CPython and on the MicroPython VM
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal host_tests

test-cpython: $(READY) $(EMULATOR) ## only the tests that run on CPython
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal --ignore=host_tests/vm host_tests

test-vm: $(READY) ## the same unit tests and the heap tests, on the MicroPython VM
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal host_tests/vm

heap: $(READY) ## only the heap tests: every HOT function with the heap locked
	@$(BIN)/python -m pytest -q host_tests/vm/test_heap_on_vm.py

cert: $(READY) ## every conformance case on two simulators, reports in build/cert, 3 minutes; SECURITY=3 for that profile
	@$(BIN)/chargecore cert run --sim --jobs 2 --security-profile $(SECURITY)

cert-kinds: $(READY) ## the cases that other kinds of station play: fixed cable, Core only, plain updates, 3 minutes
	@$(BIN)/chargecore cert run --sim --jobs 2 --like tethered --profile Core --out build/cert/tethered
	@$(BIN)/chargecore cert run --sim --jobs 2 --like core_only --out build/cert/core_only
	@$(BIN)/chargecore cert run --sim --jobs 2 --like plain_update --profile FirmwareManagement --out build/cert/plain_update

cert-broken: $(READY) ## charge points broken on purpose, and the cases that must catch them, some minutes
	@PYTHONPATH=host_tests $(BIN)/python -m cert.broken --jobs $(JOBS)

check: $(READY) ## lint, format, spelling, and the rules of the house
	@$(BIN)/python tools/checks/check_all.py

format: $(READY) ## put the code into the house format
	@$(BIN)/ruff check --fix $(OWN_CODE)
	@$(BIN)/ruff format $(OWN_CODE)

soak: $(READY) ## 1,000 sessions while everything goes wrong, about 10 minutes; SEED=7 for another run
	@$(BIN)/chargecore soak --seed $(SEED)

figures: $(READY) ## measure the budgets, write build/figures.json and docs/figures.md
	@$(BIN)/python -m chargecore_tools.figures

vm32: build/vm32/micropython ## build a 32-bit MicroPython VM, objects as on a board: Debian, gcc-multilib

build/vm32/micropython: tools/setup_vm32.sh tools/vm32/board_like.h
	@sh tools/setup_vm32.sh

test-vm32: $(READY) build/vm32/micropython ## the tests of test-vm that need no simulator, on the 32-bit VM
	@MICROPYTHON=$(CURDIR)/build/vm32/micropython $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal \
		host_tests/vm/test_on_vm.py host_tests/vm/test_heap_on_vm.py

figures-32: $(READY) build/vm32/micropython ## heap and stack on the 32-bit VM, into docs/figures.md
	@$(BIN)/python -m chargecore_tools.figures_32

size: $(READY) ## flash and heap per module, and which mode fits: BOARD=pico_w, or all into docs/figures.md
	@$(BIN)/chargecore size $(if $(BOARD),--board $(BOARD))

docs: $(READY) ## write the generated pages of docs/ again
	@for page in tools/chargecore_tools/gen_*.py; do \
		$(BIN)/python -m chargecore_tools.$$(basename $$page .py) || exit 1; \
	done

clean: ## remove what the other targets made, .venv included
	@rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis tools/*.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find . -name '*.mpy' -type f -delete
