/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command table moved to cmd/. */
#include "cmd/command.h"
