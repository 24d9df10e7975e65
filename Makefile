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
HELP_SRC   := $(sort $(filter-out $(TEST_SRC) $(wildcard tests/bench*.c tests/fuzz*.c),$(wildcard tests/*.c)))
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
ENGINE_OBJ := $(call obj,$(ENGINE_SRC))
UI_OBJ     := $(call obj,$(UI_SRC))
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

$(B)/tests/%: $(B)/obj/tests/%.o $(HELP_OBJ) $(B)/libmmview.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(HELP_OBJ) $(B)/libmmview.a -lcmocka $(LDLIBS_ENGINE)

tests: $(TESTS)

clean: ## remove build/
	$(Q)rm -rf $(B)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

.PHONY: all tests clean
