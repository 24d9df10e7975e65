/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware maps in the boot log: e820 in its two spellings, what the kernel
 * changed in it, EFI memory maps.
 *
 *   BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
 *   BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)       (before 3.5)
 *   e820: update [mem 0x00000000-0x00000fff] usable ==> reserved
 *
 * Models: the printers of arch/x86/kernel/e820.c, drivers/firmware/efi.
 */
#include "io/bootlog_internal.h"

#include <string.h>

struct e820_name {
	const char *text;
	enum fw_type type;
};

static const struct e820_name e820_names[] = {
	{ "usable", FW_RAM },
	{ "System RAM", FW_RAM },
	{ "reserved", FW_RESERVED },
	{ "device reserved", FW_RESERVED },
	{ "ACPI data", FW_ACPI },
	{ "ACPI NVS", FW_NVS },
	{ "unusable", FW_UNUSABLE },
	{ "persistent (type 7)", FW_PMEM },
	{ "persistent (type 12)", FW_PRAM },
	{ "soft reserved", FW_SOFT_RESERVED },
};

/* "type 20": *number, unless it has a name after all. */
static enum fw_type scan_type_number(const char *s, u32 *number)
{
	enum fw_type type;
	u64 n;

	if (!scan_lit(&s, "type ") || !scan_num(&s, 10, &n) || n > UINT32_MAX)
		return FW_RESERVED;
	type = fw_type_of_e820((u32)n);
	*number = type == FW_OTHER ? (u32)n : 0;
	return type;
}

/* The type named at *s, parentheses allowed; what has no name and no number is reserved. */
static enum fw_type scan_type(const char **s, u32 *number)
{
	enum fw_type type;
	const char *p = *s;
	bool paren;

	scan_blanks(&p);
	paren = scan_lit(&p, "(");
	for (size_t i = 0; i < ARRAY_SIZE(e820_names); i++) {
		if (scan_lit(&p, e820_names[i].text)) {
			if (paren)
				scan_lit(&p, ")");
			*s = p;
			return e820_names[i].type;
		}
	}
	type = scan_type_number(p, number);
	p += strcspn(p, "=)");
	*s = p;
	return type;
}

/* Both spellings of an e820 range. */
static bool scan_e820_range(const char **s, phys_t *start, phys_t *end)
{
	const char *p = *s;
	u64 a, b;

	if (scan_mem(&p, start, end)) {
		*s = p;
		return true;
	}
	scan_blanks(&p);
	if (!scan_num(&p, 16, &a))
		return false;
	scan_blanks(&p);
	if (!scan_lit(&p, "-"))
		return false;
	scan_blanks(&p);
	if (!scan_num(&p, 16, &b))
		return false;
	*start = a;
	*end = b;
	*s = p;
	return true;
}

static void e820_entry(struct log_parse *p, const char *s, enum log_map map)
{
	struct log_e820 *e;
	phys_t a, b;

	scan_blanks(&s);
	if (!strncmp(s, "[gap ", 5))
		return; /* 7.x prints what lies between, too */
	if (!scan_e820_range(&s, &a, &b)) {
		log_bad(p, "no address range in an e820 entry");
		return;
	}
	if (!log_range_ok(p, a, b))
		return;
	e = LOG_ADD(p, e820);
	if (!e)
		return;
	*e = (struct log_e820){ .start = a, .end = b, .map = map };
	e->type = scan_type(&s, &e->number);
}

static void bios_entry(struct log_parse *p, const char *s) { e820_entry(p, s, MAP_BIOS); }
/* "Xen: [mem ...] usable" is its map; "Xen:" begins other lines, too. */
static void xen_entry(struct log_parse *p, const char *s)
{
	if (strstr(s, "[mem "))
		e820_entry(p, s, MAP_BIOS);
}

static void user_entry(struct log_parse *p, const char *s) { e820_entry(p, s, MAP_USER); }
static void extended_entry(struct log_parse *p, const char *s) { e820_entry(p, s, MAP_EXTENDED); }
static void modified_entry(struct log_parse *p, const char *s) { e820_entry(p, s, MAP_MODIFIED); }

static void e820_op(struct log_parse *p, const char *s, bool remove)
{
	struct log_e820_op *op;
	enum fw_type from, to = NR_FW_TYPES;
	u32 number = 0;
	phys_t a, b;

	if (!scan_e820_range(&s, &a, &b)) {
		log_bad(p, "no address range in an e820 change");
		return;
	}
	if (!log_range_ok(p, a, b))
		return;
	from = scan_type(&s, &number);
	scan_blanks(&s);
	if (!remove) {
		if (!scan_lit(&s, "==>")) {
			log_bad(p, "an e820 change does not say into what");
			return;
		}
		to = scan_type(&s, &number);
	}
	op = LOG_ADD(p, op);
	if (op)
		*op = (struct log_e820_op){ .start = a, .end = b, .from = from, .to = to, .line = p->line };
}

static void e820_update(struct log_parse *p, const char *s) { e820_op(p, s, false); }
static void e820_remove(struct log_parse *p, const char *s) { e820_op(p, s, true); }

static void last_pfn(struct log_parse *p, const char *s)
{
	u64 pfn, max;

	if (!scan_any(&s, &pfn))
		return;
	p->log->last_pfn_line = p->line;
	if (!p->log->last_pfn)
		p->log->last_pfn = pfn;
	scan_blanks(&s);
	if (scan_lit(&s, "max_arch_pfn = ") && scan_any(&s, &max))
		p->log->max_arch_pfn = max;
}

struct efi_type {
	const char *name;
	u8 number;
};

static const struct efi_type efi_types[] = {
	{ "Reserved", 0 }, { "Loader Code", 1 }, { "Loader Data", 2 }, { "Boot Code", 3 },
	{ "Boot Data", 4 }, { "Runtime Code", 5 }, { "Runtime Data", 6 }, { "Conventional", 7 },
	{ "Unusable", 8 }, { "ACPI Reclaim", 9 }, { "ACPI Mem NVS", 10 }, { "MMIO", 11 },
	{ "MMIO Port", 12 }, { "PAL Code", 13 }, { "Persistent", 14 },
};

static void efi_add(struct log_parse *p, phys_t a, phys_t b, const char *type, const char *line)
{
	struct log_efi *e;

	if (!log_range_ok(p, a, b))
		return;
	e = LOG_ADD(p, efi);
	if (!e)
		return;
	e->start = a;
	e->end = b;
	e->write_back = strstr(line, "|WB|") != NULL;
	e->mirrored = strstr(line, "|MR|") != NULL;
	e->memory = e->write_back || strstr(line, "|WT|") || strstr(line, "|WC|");
	strncpy(e->type, type, sizeof(e->type) - 1);
}

/* "00: [Conventional|...] range=[0x...-0x...] (1MB)" or "00: type=3, attr=0xf, range=[0x-0x) (0MB)" */
static void efi_mem(struct log_parse *p, const char *s)
{
	const char *r = strstr(s, "range=[");
	const char *name = strchr(s, '[');
	const char *t = strstr(s, "type="), *line = s;
	char type[32] = "";
	u64 a, b, n;
	size_t len;

	if (!r)
		return;
	if (t && t < r) {
		t += 5;
		if (scan_any(&t, &n) && n < ARRAY_SIZE(efi_types))
			strcpy(type, efi_types[n].name);
	} else if (name && name < r) {
		len = strcspn(name + 1, "|]");
		len = len < sizeof(type) ? len : sizeof(type) - 1;
		memcpy(type, name + 1, len);
		while (len && type[len - 1] == ' ')
			type[--len] = '\0';
	}
	r += 7;
	if (!scan_num(&r, 16, &a) || !scan_lit(&r, "-") || !scan_num(&r, 16, &b))
		log_bad(p, "no address range in an EFI memory descriptor");
	else
		efi_add(p, a, *r == ')' ? b : range_end(b), type, line);
}

/* arm64 with efi=debug: "  0x000080000000-0x0000856fffff [Conventional|   |  |...]" */
static void efi_arm(struct log_parse *p, const char *s)
{
	char type[32] = "";
	phys_t a, b;
	size_t len;

	scan_blanks(&s);
	if (strncmp(s, "0x", 2) || !scan_range(&s, &a, &b))
		return;
	scan_blanks(&s);
	if (!scan_lit(&s, "["))
		return;
	len = strcspn(s, "|]");
	len = len < sizeof(type) ? len : sizeof(type) - 1;
	memcpy(type, s, len);
	while (len && type[len - 1] == ' ')
		type[--len] = '\0';
	efi_add(p, a, b, type, s);
}

const struct log_rule bootlog_map_rules[] = {
	{ "BIOS-e820:", bios_entry },
	{ "BIOS-e801:", bios_entry },
	{ "BIOS-88:", bios_entry },
	{ "Xen:", xen_entry },
	{ "user:", user_entry },
	{ "modified:", modified_entry },
	{ "reserve setup_data:", extended_entry },
	{ "e820: update ", e820_update },
	{ "e820: remove ", e820_remove },
	{ "e820 update range:", e820_update },
	{ "e820 remove range:", e820_remove },
	{ "last_pfn = ", last_pfn },
	{ "efi: mem", efi_mem },
	{ "efi: ", efi_arm },
	{ NULL, NULL }
};
