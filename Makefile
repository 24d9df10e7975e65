# SPDX-License-Identifier: GPL-2.0-or-later
# mmview: `make help` lists the targets. Everything built goes under build/.

VERSION := 0.1.0
MACHINE ?= ini/article-arm64.ini
PREFIX  ?= /usr/local
B       ?= build
CC      ?= gcc
V       ?= 0

ifeq ($(V),0)
Q := @
say = @printf '  %-7s %s\n' $(1) $(2)
else
Q :=
say = @:
endif

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
        -Wwrite-strings -Wvla -Wundef -Wno-unused-parameter
OPT  ?= -O2 -g
HARDEN ?= -fstack-protector-strong -D_FORTIFY_SOURCE=2
CPPFLAGS += -D_GNU_SOURCE -Isrc -DMMVIEW_VERSION='"$(VERSION)"' -DMMVIEW_DATADIR='"$(PREFIX)/share/mmview"'
CFLAGS += -std=gnu11 $(OPT) $(HARDEN) $(WARN) $(EXTRA)
LDLIBS_ENGINE := -linih
LDLIBS := $(LDLIBS_ENGINE) -lncursesw -ltinfo

ENGINE_SRC := $(sort $(wildcard src/*/*.c))
UI_SRC     := $(sort $(wildcard ui/*.c))
TEST_SRC   := $(sort $(wildcard tests/test_*.c))
HELP_SRC   := $(sort $(filter-out $(TEST_SRC) $(wildcard tests/bench*.c tests/fuzz*.c tests/check_kernel.c),$(wildcard tests/*.c)))
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
ENGINE_OBJ := $(call obj,$(ENGINE_SRC))
UI_OBJ     := $(call obj,$(UI_SRC))
UI_LIB_OBJ := $(filter-out $(B)/obj/ui/main.o $(B)/obj/ui/headless.o,$(UI_OBJ))
HELP_OBJ   := $(call obj,$(HELP_SRC))
TESTS      := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))

.DEFAULT_GOAL := all
.SECONDARY:

all: $(B)/mmview ## build the program

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(B)/libmmview.a: $(ENGINE_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(B)/mmview: $(UI_OBJ) $(B)/libmmview.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(UI_OBJ) $(B)/libmmview.a $(LDLIBS)

$(B)/tests/test_ui_%: $(B)/obj/tests/test_ui_%.o $(HELP_OBJ) $(UI_LIB_OBJ) $(B)/libmmview.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELP_OBJ) $(UI_LIB_OBJ) $(B)/libmmview.a -lcmocka $(LDLIBS)

$(B)/tests/%: $(B)/obj/tests/%.o $(HELP_OBJ) $(B)/libmmview.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELP_OBJ) $(B)/libmmview.a -lcmocka $(LDLIBS_ENGINE)

$(B)/check_kernel: $(B)/obj/tests/check_kernel.o $(HELP_OBJ) $(B)/libmmview.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELP_OBJ) $(B)/libmmview.a -lcmocka $(LDLIBS_ENGINE)

check-kernel: $(B)/check_kernel ## compare with captured kernels and real boot logs
	$(Q)$< $(if $(filter 1,$(V)),-v)

tests: $(TESTS) $(B)/mmview

deps: ## install what building and running need (Debian; says what and why)
	@.ci/deps build

run: ## install what is missing, build, open the machine MACHINE
	@.ci/deps build
	@$(MAKE) --no-print-directory all
	@$(B)/mmview $(MACHINE)

test: ## install what is missing, build, run every test
	@.ci/deps test
	@$(MAKE) --no-print-directory run-tests

E2E := $(sort $(wildcard tests/e2e/test_*.sh))
run-tests: tests
	@MMVIEW=$(B)/mmview MMVIEW_SHARED="$${MMVIEW_SHARED:-../shared}" tests/run.sh $(TESTS) $(E2E)

SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
asan: ## the same tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@.ci/deps test
	@$(MAKE) --no-print-directory B=$(B)/asan OPT="-O1 -g" HARDEN= EXTRA="$(SAN) $(EXTRA)" LDFLAGS="$(SAN)" run-tests

install: all ## install under PREFIX (default /usr/local), below DESTDIR
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/mmview/machines/lessons
	install -m 755 $(B)/mmview $(DESTDIR)$(PREFIX)/bin/mmview
	install -m 644 ini/*.ini $(DESTDIR)$(PREFIX)/share/mmview/machines
	install -m 644 ini/lessons/*.lesson $(DESTDIR)$(PREFIX)/share/mmview/machines/lessons

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/mmview
	rm -rf $(DESTDIR)$(PREFIX)/share/mmview

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-24s %s\n", $$1, $$2 }'

clean: ## remove build/
	$(Q)rm -rf $(B)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

.PHONY: check-kernel all tests deps run test run-tests asan install uninstall help clean
