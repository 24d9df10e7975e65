# SPDX-License-Identifier: GPL-2.0-or-later
# mmview: `make help` lists the targets. Everything built goes under build/.

VERSION := 0.1.0
MACHINE ?= ini/article-arm64.ini
PREFIX  ?= /usr/local
B       ?= build
ifeq ($(origin CC),default)
CC := gcc
endif
V ?= 0
T ?= 60

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
CET  := $(if $(findstring x86_64,$(shell $(CC) -dumpmachine 2>/dev/null)),-fcf-protection)
HARDEN ?= -fstack-protector-strong -D_FORTIFY_SOURCE=2 $(CET)
HARDEN_LD ?= -pie -Wl,-z,relro,-z,now
CPPFLAGS += -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Isrc
# Paths of the builder do not end up in the program: two builds are the same, byte by byte.
CFLAGS += -std=gnu11 $(OPT) -fPIE -ffile-prefix-map=$(CURDIR)=. $(HARDEN) $(WARN) $(EXTRA)
LDFLAGS += $(HARDEN_LD)
LDLIBS_ENGINE := -linih -lm
LDLIBS := $(LDLIBS_ENGINE) -lncursesw -ltinfo

ENGINE_SRC := $(sort $(wildcard src/*/*.c))
UI_SRC     := $(sort $(wildcard ui/*.c))
TEST_SRC   := $(sort $(wildcard tests/test_*.c))
TOOL_SRC   := $(sort $(wildcard tests/bench*.c tests/fuzz*.c tests/gen*.c tests/check_kernel.c))
HELP_SRC   := $(sort $(filter-out $(TEST_SRC) $(TOOL_SRC),$(wildcard tests/*.c)))
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
ENGINE_OBJ := $(call obj,$(ENGINE_SRC))
UI_OBJ     := $(call obj,$(UI_SRC))
UI_LIB_OBJ := $(filter-out $(B)/obj/ui/main.o $(B)/obj/ui/headless.o,$(UI_OBJ))
HELP_OBJ   := $(call obj,$(HELP_SRC))
TESTS      := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))

.DEFAULT_GOAL := all
.SECONDARY:

all: $(B)/mmview docs ## build the program, its man pages and completions

# Written anew only when the settings change: then everything is compiled again.
SETTINGS = $(CC) $(CPPFLAGS) $(CFLAGS)
$(B)/settings: FORCE
	@mkdir -p $(@D)
	@echo '$(SETTINGS)' | cmp -s - $@ || echo '$(SETTINGS)' > $@
PLACES = -DMMVIEW_VERSION='"$(VERSION)"' -DMMVIEW_DATADIR='"$(PREFIX)/share/mmview"'
$(B)/places: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION) $(PREFIX)' | cmp -s - $@ || echo '$(VERSION) $(PREFIX)' > $@
$(B)/obj/ui/main.o $(B)/obj/ui/lesson.o: $(B)/places

$(B)/obj/%.o: %.c $(B)/settings
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(if $(filter main.o lesson.o,$(@F)),$(PLACES)) $(CFLAGS) -MMD -MP -c $< -o $@

$(B)/libmmview.a: $(ENGINE_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(B)/libui.a: $(UI_LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(B)/mmview: $(UI_OBJ) $(B)/libmmview.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(UI_OBJ) $(B)/libmmview.a $(LDLIBS)

$(B)/tests/test_ui_%: $(B)/obj/tests/test_ui_%.o $(HELP_OBJ) $(UI_LIB_OBJ) $(B)/libmmview.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELP_OBJ) $(UI_LIB_OBJ) $(B)/libmmview.a -lcmocka $(LDLIBS)

# The host's memory is refused there, allocation by allocation.
comma := ,
$(B)/tests/test_faults: WRAP := $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc strdup strndup mmap64 munmap \
	arena_alloc arena_realloc arena_strdup)
$(B)/tests/%: $(B)/obj/tests/%.o $(HELP_OBJ) $(B)/libmmview.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(WRAP) -o $@ $< $(HELP_OBJ) $(B)/libmmview.a -lcmocka $(LDLIBS_ENGINE)

# A fuzz target without a fuzzer: what was found once is run by every suite.
FUZZ_SRC := $(sort $(wildcard tests/fuzz_*.c))
FUZZERS  := $(patsubst tests/%.c,$(B)/%,$(FUZZ_SRC))
$(B)/fuzz_%: $(B)/obj/tests/fuzz_%.o $(B)/obj/tests/fuzzing.o $(B)/obj/tests/fuzzing_main.o $(B)/libui.a $(B)/libmmview.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# As many compilers as there are cpus, unless -j says something else.
J = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

run: ## install what is missing, build, open the machine MACHINE
	@.ci/deps build
	@$(MAKE) --no-print-directory $(J) all
	@$(B)/mmview $(MACHINE)

deps: ## install what building and running need (Debian; says what and why)
	@.ci/deps build

# --- tests ---------------------------------------------------------------------

test: ## install what is missing, build, run every test
	@.ci/deps test
	@$(MAKE) --no-print-directory $(J) run-tests

E2E ?= $(sort $(wildcard tests/e2e/test_*.sh))
unit-tests: $(TESTS)
tests: $(TESTS) $(FUZZERS) all
run-tests: tests
	@MMVIEW=$(B)/mmview MMVIEW_SHARED="$${MMVIEW_SHARED:-../shared}" tests/run.sh $(TESTS) $(E2E)

check-screens: all ## the golden screens in tmux (minutes; test_ui_screens has more of them on a plain pty)
	@.ci/deps test
	@MMVIEW=$(B)/mmview tests/run.sh tests/e2e/long_screens.sh

# Under the sanitizers a screen session proves what all of them would, in less time.
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ASAN_E2E := tests/e2e/test_screen.sh tests/e2e/test_fuzz.sh
asan: ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@.ci/deps test
	@$(MAKE) --no-print-directory B=$(B)/asan OPT="-O1 -g" HARDEN= HARDEN_LD= EXTRA="$(SAN) $(EXTRA)" \
		LDFLAGS="$(SAN)" E2E="$(ASAN_E2E)" run-tests

$(B)/check_kernel: $(B)/obj/tests/check_kernel.o $(HELP_OBJ) $(B)/libmmview.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELP_OBJ) $(B)/libmmview.a -lcmocka $(LDLIBS_ENGINE)

check-kernel: $(B)/check_kernel ## compare with captured kernels and real boot logs (V=1: what differs)
	@if [ -d "$${MMVIEW_SHARED:-../shared}/kernel" ]; then $< $(if $(filter 1,$(V)),-v); \
	else echo "check-kernel: skipped: no captures in $${MMVIEW_SHARED:-../shared}; set MMVIEW_SHARED"; fi

check: ## what CI runs
	@.ci/run

check-long: ## everything that takes long: analysers, valgrind, coverage, other processors, fuzzing, millions of operations
	@.ci/deps check
	@.ci/deps foreign
	@.ci/check-long

check-static: ## gcc -fanalyzer, clang, clang-tidy, cppcheck
	@.ci/deps check
	@.ci/check-long clang analyzer tidy cppcheck

check-foreign: ## the unit tests as 32-bit and as arm64 programs (qemu), the program with musl
	@.ci/deps foreign
	@.ci/check-long m32 arm64 musl

check-package: ## the Debian package with lintian; reproducible builds
	@.ci/deps check
	@.ci/check-long deb reproducible

coverage: ## line coverage of src/ and ui/ by the tests
	@.ci/deps check
	@.ci/check-long coverage

mutants: tests ## break central lines one by one: do the tests notice?
	@MMVIEW=$(B)/mmview MMVIEW_SHARED="$${MMVIEW_SHARED:-../shared}" B=$(B) tests/mutants.sh

fuzz: ## fuzz every target for T seconds (60)
	@.ci/deps check
	@.ci/fuzz $(T)

# --- figures and pictures --------------------------------------------------------

$(B)/bench_%: $(B)/obj/tests/bench_%.o $(HELP_OBJ) $(UI_LIB_OBJ) $(B)/libmmview.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELP_OBJ) $(UI_LIB_OBJ) $(B)/libmmview.a -lcmocka $(LDLIBS)

BENCHES := $(patsubst %,$(B)/bench_%,alloc slab scale key)
bench: $(BENCHES) all ## speed and memory, with the targets beside them
	@for b in $(BENCHES); do MMVIEW=$(B)/mmview $$b || exit 1; echo; done

bench-instructions: $(B)/bench_scale ## instruction counts against tests/data/instructions.txt (UPDATE=1 writes them)
	@tests/instructions.sh $(B)/bench_scale $(if $(UPDATE),--update)

screenshots: all ## draw the pictures in screenshots/ from the running program
	@.ci/deps pictures
	@MMVIEW=$(B)/mmview tests/screenshots.sh screenshots

# --- man pages, completions, installation ---------------------------------------------

$(B)/gen_docs: $(B)/obj/tests/gen_docs.o $(UI_LIB_OBJ) $(B)/libmmview.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

MAN  := $(B)/doc/mmview.1 $(B)/doc/mmview.ini.5 $(B)/doc/mmview-lesson.5
COMP := $(B)/doc/mmview.bash $(B)/doc/_mmview
docs: $(MAN) $(COMP)

$(B)/doc/%: ui/man/%.in $(B)/gen_docs $(B)/places
	@mkdir -p $(@D)
	$(call say,DOC,$@)
	$(Q)$(B)/gen_docs $(VERSION) $(PREFIX)/share/mmview < $< > $@.new && mv $@.new $@

$(B)/doc/%.5: ui/man/%.5
	@mkdir -p $(@D)
	$(Q)cp $< $@

D = $(DESTDIR)$(PREFIX)
install: all ## install under PREFIX (/usr/local), below DESTDIR; STRIP=1 strips
	install -d $(D)/bin $(D)/share/mmview/machines/lessons $(D)/share/man/man1 $(D)/share/man/man5
	install -d $(D)/share/bash-completion/completions $(D)/share/zsh/site-functions
	install $(if $(STRIP),-s) -m 755 $(B)/mmview $(D)/bin/mmview
	install -m 644 ini/*.ini $(D)/share/mmview/machines
	install -m 644 ini/lessons/*.lesson $(D)/share/mmview/machines/lessons
	install -m 644 $(B)/doc/mmview.1 $(D)/share/man/man1
	install -m 644 $(B)/doc/mmview.ini.5 $(B)/doc/mmview-lesson.5 $(D)/share/man/man5
	install -m 644 $(B)/doc/mmview.bash $(D)/share/bash-completion/completions/mmview
	install -m 644 $(B)/doc/_mmview $(D)/share/zsh/site-functions/_mmview

uninstall: ## remove what install put there
	rm -f $(D)/bin/mmview $(D)/share/man/man1/mmview.1 $(D)/share/man/man5/mmview.ini.5 \
		$(D)/share/man/man5/mmview-lesson.5 $(D)/share/bash-completion/completions/mmview \
		$(D)/share/zsh/site-functions/_mmview
	rm -f $(patsubst ini/%,$(D)/share/mmview/machines/%,$(wildcard ini/*.ini ini/lessons/*.lesson))
	-rmdir $(D)/share/mmview/machines/lessons $(D)/share/mmview/machines $(D)/share/mmview

# The date of what is built: the commit's, or that of the archive this came in.
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell git ls-files --error-unmatch Makefile >/dev/null 2>&1 && \
	git log -1 --format=%ct),$(shell stat -c %Y Makefile))

deb: ## install what is missing, then a Debian package in build/
	@.ci/deps package
	@SOURCE_DATE_EPOCH=$(EPOCH) .ci/deb $(VERSION) $(B)

dist: ## a source archive in build/
	@mkdir -p $(B)
	$(Q)(git ls-files 2>/dev/null | grep . || find $(wildcard Makefile LICENSE README.md .ci .clang-format .editorconfig \
		.gitignore src ui ini tests screenshots) -type f) | LC_ALL=C sort | tar --owner=0 --group=0 --numeric-owner \
		--mode=u+rwX,go+rX,go-w --mtime=@$(EPOCH) --transform 's,^,mmview-$(VERSION)/,' -cf - -T - | \
		gzip -9n > $(B)/mmview-$(VERSION).tar.gz
	@echo $(B)/mmview-$(VERSION).tar.gz

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-26s %s\n", $$1, $$2 }'

clean: ## remove build/
	$(Q)rm -rf $(B)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

.PHONY: FORCE all unit-tests tests docs deps run test run-tests asan check-screens check-kernel check check-long check-static check-foreign check-package coverage mutants fuzz bench \
	bench-instructions screenshots install uninstall deb dist help clean
