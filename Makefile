# allied: build, checks, demo. `make help` lists the targets.
#
#   B=DIR      where to build (default: build)
#   SAN=asan   build and test with AddressSanitizer and UBSan (in B/asan); SAN=tsan with ThreadSanitizer

B ?= build
SAN ?=
# Q= shows whole command lines.
Q ?= @
prefix ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

ifneq ($(SAN),)
O := $(B)/$(SAN)
else
O := $(B)
endif

CC := gcc
# Asked when the first recipe runs, not when make reads this file: `deps` may just have installed them. Once, not for each of a thousand recipes.
PKGS = $(eval PKGS := $(shell sh tests/deps.sh modules))$(PKGS)
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

WARN := -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wswitch-enum -Wformat=2 -Wcast-qual -Wconversion -Werror
DEBUG := -g
HARD := -O2 -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
LINK := -pie -Wl,-z,relro,-z,now
ifeq ($(SAN),asan)
HARD := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined -fPIE
LINK := -pie -fsanitize=address,undefined
endif
ifeq ($(SAN),tsan)
HARD := -O1 -fno-omit-frame-pointer -fsanitize=thread -fPIE
LINK := -pie -fsanitize=thread
endif
# A hundred test programs hold most of the program each: of the two linkers that binutils has, the quicker one.
TEST_LINK := -fuse-ld=gold
# Without the optimiser's knowledge of values this one warns of what cannot be; the plain build, which all code passes as well, judges it.
ifneq ($(SAN),)
# What a sanitizer says wants lines and functions; types and variables would take a fifth of the compiling.
DEBUG := -g1
WARN += -Wno-format-truncation
endif
CPPFLAGS := -D_GNU_SOURCE -DALLIED_VERSION='"$(VERSION)"' -I. -I$(O)/gen
COMPILE = $(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(WARN) $(HARD) $(DEBUG) -MMD -MP

SRC := $(sort $(wildcard protocol/*/*.c conf/*.c peers/*.c daemon/*/*.c))
OBJ := $(SRC:%.c=$(O)/%.o)
PO  := $(sort $(wildcard conf/translations/*.po))
MO_OBJ := $(PO:conf/translations/%.po=$(O)/gen/mo_%.o) $(O)/gen/tr_table.o

UNIT_SRC := $(sort $(shell find tests/protocol tests/conf tests/peers tests/daemon -name 'test_*.c' 2>/dev/null))
UNIT := $(UNIT_SRC:%.c=$(O)/%)
TEST_HELP_SRC := $(sort $(wildcard tests/help/*.c))
TEST_HELP_OBJ := $(TEST_HELP_SRC:%.c=$(O)/%.o)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/bench_*.c))

.PHONY: all help deps deps-check build demo check unit lint asan tsan fuzz fuzz-replay cluster interop browser doors sim mutants faults torture topology bench cover format clean install
.DELETE_ON_ERROR:
.SECONDARY:

all: build

help:
	@sed -n 's/^#: //p' Makefile

#: make deps        install what building needs (Debian 12, apt)
deps:
	@sh tests/deps.sh build
#: make deps-check  install what the checks need as well
deps-check:
	@sh tests/deps.sh check

#: make build       build/allied
build: deps
	@$(MAKE) --no-print-directory $(O)/allied

$(O)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(COMPILE) -c $< -o $@

# One translation is one .po; its compiled form stands in the program as bytes, so that no locale needs to be installed.
$(O)/gen/%.mo: conf/translations/%.po conf/translations/spaces.sh
	@mkdir -p $(@D)
	sh conf/translations/spaces.sh $< | msgfmt --check -o $@ -
$(O)/gen/mo_%.c: $(O)/gen/%.mo conf/embed.sh
	sh conf/embed.sh mo_$* $< > $@
$(O)/gen/mo_%.o: $(O)/gen/mo_%.c
	$(COMPILE) -c $< -o $@
$(O)/gen/tr_table.c: $(PO) conf/translations/table.sh
	@mkdir -p $(@D)
	sh conf/translations/table.sh $(PO) > $@
$(O)/gen/tr_table.o: $(O)/gen/tr_table.c
	$(COMPILE) -c $< -o $@
# So does the sheet of all pages and of the report.
$(O)/gen/style.c: daemon/html/style.css conf/embed.sh
	@mkdir -p $(@D)
	sh conf/embed.sh style_css $< > $@
$(O)/gen/style.o: $(O)/gen/style.c
	$(COMPILE) -c $< -o $@

$(O)/liballied.a: $(OBJ) $(MO_OBJ) $(O)/gen/style.o
	@rm -f $@
	$(Q)ar rcs $@ $^

$(O)/allied: $(O)/daemon/main.o $(O)/liballied.a
	$(Q)$(CC) $(LINK) $^ $(PKG_LIBS) -o $@

$(O)/tests/%: $(O)/tests/%.o $(TEST_HELP_OBJ) $(O)/liballied.a
	$(Q)$(CC) $(LINK) $(TEST_LINK) $^ $(PKG_LIBS) -lcmocka -o $@

# A core that a test plays is reached through a door of the test's own (tests/help/cli_played.c).
$(O)/tests/daemon/cmd/test_cli $(O)/tests/daemon/cmd/test_cli_commons: private LINK += \
	-Wl,--wrap=door_open,--wrap=door_close,--wrap=door_has_daemon,--wrap=door_call
# Where a walk must not be quadratic, its steps are counted: a test's own function stands before the one that a step calls.
$(O)/tests/daemon/core/test_admit: private LINK += -Wl,--wrap=sign_check
$(O)/tests/daemon/core/test_sync_bounds: private LINK += -Wl,--wrap=log_compare

#: make demo        an alliance on loopback, end to end (KEEP=1 leaves them running)
demo: build
	@bash tests/demo/demo.sh $(O)/allied

#: make check       all tests; ends with "N passed, N failed"
check: deps-check
	@bash tests/check.sh

#: make unit        unit tests alone (SAN=asan, SAN=tsan for the sanitizers)
unit: $(UNIT)
	@bash tests/run_units.sh $(UNIT)

#: make cluster     whole-program tests with real daemons
cluster: $(O)/allied
	@bash tests/cluster/run.sh $(O)/allied

#: make interop     a peer in Python, written from PROTOCOL.md alone, against real daemons; and all that a bad one may send
interop: $(O)/allied
	@bash tests/interop/run.sh $(O)/allied

#: make browser     the pages in headless Chromium (SHOTS=DIR keeps a picture of each); skipped loudly where it cannot be installed
SHOTS ?=
browser: $(O)/allied
	@SHOTS=$(SHOTS) bash tests/browser/run.sh $(O)/allied $(B)/browser

#: make doors       what attacks on every door of a daemon cost it and others, as a table
doors: $(O)/allied
	@bash tests/interop/run.sh $(O)/allied test_doors

#: make sim         SEEDS=N seeds of the simulator (default 200), or SEED=K alone; what failed once is tests/sim/seeds.txt
SEEDS ?= 200
SEED ?=
SIM_JOBS ?= $(shell nproc)
sim: $(O)/tests/sim/sim
	@$(O)/tests/sim/sim $(if $(SEED),--seed $(SEED),--list tests/sim/seeds.txt --seeds $(SEEDS) --jobs $(SIM_JOBS)) $(SIM_FLAGS)
SIM_OBJ := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/sim/*.c)))
# A stub stands before the two functions of the signature scheme; it goes through to them for the seeds that are to have real ones. The others are what tells
# an older program from this one (tests/sim/older.c).
SIM_WRAPPED := sign_make sign_check core_link_up core_link_down core_frame core_request core_tick core_open kind_info op_peek op_decode \
	msg_encode local_set local_get
$(O)/tests/sim/sim: $(SIM_OBJ) $(TEST_HELP_OBJ) $(O)/liballied.a
	$(Q)$(CC) $(LINK) $(SIM_WRAPPED:%=-Wl,--wrap=%) $^ $(PKG_LIBS) -lcmocka -o $@

#: make mutants     bugs planted one by one; SEEDS of the simulator must find each (MUTANT=NAME: that one; some minutes on 2 cores)
MUTANT ?=
mutants: $(O)/tests/sim/sim
	@SIM_JOBS=$(SIM_JOBS) bash tests/mutants/mutants.sh $(O) $(SEEDS) $(MUTANT)

#: make asan        unit tests and kept fuzz inputs under AddressSanitizer and UBSan
asan:
	@$(MAKE) --no-print-directory SAN=asan unit fuzz-replay
#: make tsan        unit tests under ThreadSanitizer; the libraries are not built with it, so what they do inside is not judged
tsan:
	@TSAN_OPTIONS="ignore_noninstrumented_modules=1 $$TSAN_OPTIONS" $(MAKE) --no-print-directory SAN=tsan unit

#: make lint        layers, formatting, banned calls, translations, static analysis
lint:
	@bash tests/lint.sh
format:
	@clang-format -i $(shell git ls-files '*.c' '*.h')

#: make fuzz        libFuzzer on every decoder for FUZZ_SECONDS each (default 30)
FUZZ_SECONDS ?= 30
fuzz:
	@bash tests/fuzz/run.sh $(FUZZ_SECONDS)
$(O)/tests/fuzz/%: $(O)/tests/fuzz/%.o $(O)/tests/fuzz/replay.o $(O)/liballied.a
	$(Q)$(CC) $(LINK) $^ $(PKG_LIBS) -o $@
#: make fuzz-replay the kept inputs of every fuzz target
fuzz-replay: $(FUZZ_SRC:%.c=$(O)/%)
	@bash tests/fuzz/replay.sh $^

#: make bench       ratios against the raw cost, in one run
bench: deps-check $(O)/allied $(BENCH_SRC:%.c=$(O)/%)
	@bash tests/bench/run.sh $(O)
$(O)/tests/bench/bench_pages $(O)/tests/bench/bench_report: $(O)/tests/bench/%: $(O)/tests/bench/%.o $(TEST_HELP_OBJ) $(O)/liballied.a
	$(Q)$(CC) $(LINK) $^ $(PKG_LIBS) -lcmocka -o $@
$(O)/tests/bench/%: $(O)/tests/bench/%.o $(O)/liballied.a
	$(Q)$(CC) $(LINK) $^ $(PKG_LIBS) -o $@
# Its history is written as tests write theirs, and what is measured is timed from outside.
$(O)/tests/bench/bench_ledger: $(O)/tests/bench/bench_ledger.o $(TEST_HELP_OBJ) $(O)/liballied.a
	$(Q)$(CC) $(LINK) -Wl,--wrap=tally_note,--wrap=refold_entity,--wrap=refold_all,--wrap=settle $^ $(PKG_LIBS) -lcmocka -o $@

#: make faults      a script killed at every disk operation, every one of them failing, every allocation failing (FAULTS=sample: some)
FAULTS ?= all
FAULT_HELP_OBJ := $(O)/tests/faults/site.o
faults: $(O)/allied $(O)/tests/faults/script $(O)/tests/faults/memory $(O)/tests/faults/shim.so
	@python3 -B tests/faults/faults.py $(O) $(FAULTS)
$(O)/tests/faults/script $(O)/tests/faults/memory: %: %.o $(FAULT_HELP_OBJ) $(O)/liballied.a
	$(Q)$(CC) $(LINK) $^ $(PKG_LIBS) -o $@
# Without hardening: it stands in for functions that fortified headers would define anew.
$(O)/tests/faults/shim.so: tests/faults/shim.c
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE $(WARN) -Wno-pedantic -O2 -fno-omit-frame-pointer -g -fPIC -shared $< -o $@

#: make torture     real daemons killed with kill -9 at any time, KILLS of them (default 1000)
KILLS ?= 1000
torture: $(O)/allied
	@ALLIED=$(abspath $(O)/allied) python3 -B tests/cluster/torture.py $(KILLS)

#: make topology    SITES daemons (default 60) in a line, a star and a random graph: what arrives, how often it is sent, who delays whom; SHAPES=…
SHAPES ?=
topology: $(O)/allied
	@bash tests/topology/run.sh $(O)/allied $(SHAPES)

#: make cover       line coverage of the unit tests
cover:
	@bash tests/cover.sh

install: $(O)/allied
	install -d $(DESTDIR)$(prefix)/bin
	install -m 755 $(O)/allied $(DESTDIR)$(prefix)/bin/allied

clean:
	rm -rf $(B)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
