/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show translate X`: one page, named by pfn, physical address, linear address,
 * address of its struct page or its section, and all the other forms.
 */
#include "sim/translate.h"

#include <string.h>

#include "boot/system.h"
#include "phys/page_flags.h"

#define LL(v) ((unsigned long long)(v))

struct linear_map system_linear_map(const struct system *sys)
{
	struct linear_map lm = { &sys->arch, sys->memstart, sys->max_low_pfn, 0 };
	const struct memblock *mb = &sys->memblock;

	/* 64-bit kernels extend the linear map when memory is added. */
	if (sys->arch.id != ARCH_I386)
		lm.max_low_pfn = 1ULL << (sys->arch.phys_bits - sys->arch.page_shift);
	for (size_t i = 0; i < mb->nr_labels; i++)
		if (!strcmp(mb->labels[i].text, "memmap"))
			lm.mem_map_base = mb->labels[i].start;
	return lm;
}

enum form { FORM_PFN, FORM_PHYS, FORM_VIRT, FORM_PAGE, FORM_SECTION, NR_FORMS };

static const struct {
	const char *prefix;
	const char *words;
} forms[NR_FORMS] = { { "pfn:", "a pfn" },
		      { "phys:", "a physical address" },
		      { "virt:", "a linear address" },
		      { "page:", "the address of a struct page" },
		      { "section:", "a section number" } };

static enum form guess(const struct linear_map *lm, u64 v)
{
	u64 end = 1ULL << (lm->arch->phys_bits - lm->arch->page_shift);
	pfn_t pfn;
	phys_t phys;

	if (lm->arch->vmemmap_start && linear_map_pfn(lm, v, &pfn) && pfn < end)
		return FORM_PAGE;
	if (linear_map_phys(lm, v, &phys))
		return FORM_VIRT;
	return v < end ? FORM_PFN : FORM_PHYS;
}

static bool to_pfn(const struct linear_map *lm, enum form form, u64 v, pfn_t *pfn)
{
	phys_t phys;

	switch (form) {
	case FORM_PFN: *pfn = v; return true;
	case FORM_PHYS: *pfn = phys_to_pfn(lm->arch, v); return true;
	case FORM_SECTION: *pfn = v << (lm->arch->section_shift - lm->arch->page_shift); return true;
	case FORM_PAGE: return linear_map_pfn(lm, v, pfn);
	case FORM_VIRT:
		if (!linear_map_phys(lm, v, &phys))
			return false;
		*pfn = phys_to_pfn(lm->arch, phys);
		return true;
	case NR_FORMS: break;
	}
	return false;
}

int translate_word(const struct system *sys, const char *word, pfn_t *pfn, const char **as, struct mm_error *err)
{
	struct linear_map lm = system_linear_map(sys);
	enum form form = 0;
	u64 v;

	while (form < NR_FORMS && strncmp(word, forms[form].prefix, strlen(forms[form].prefix)))
		form++;
	if (parse_size(form < NR_FORMS ? word + strlen(forms[form].prefix) : word, &v, NULL))
		return mm_fail(err, -EINVAL, "'%s': write a number, or pfn:N, phys:N, virt:N, page:N, section:N", word);
	if (form == NR_FORMS)
		form = guess(&lm, v);
	if (as)
		*as = forms[form].words;
	if (!to_pfn(&lm, form, v, pfn) || *pfn >> (lm.arch->phys_bits - lm.arch->page_shift))
		return mm_fail(err, -EINVAL, "%#llx as %s is outside this machine's address space", LL(v), forms[form].words);
	return 0;
}

int translate(const struct system *sys, const char *word, struct text *out, struct mm_error *err)
{
	struct linear_map lm = system_linear_map(sys);
	struct page_view view;
	const char *as = NULL;
	pfn_t pfn;
	int rc = translate_word(sys, word, &pfn, &as, err);

	if (rc)
		return rc;
	text_printf(out, "%s read as %s\n", word, as);
	linear_map_explain(&lm, pfn, out);
	memmap_view(&sys->map, pfn, &view);
	if (view.state == PAGE_HOLE) {
		text_puts(out, "there is no memory at this pfn\n");
		return 0;
	}
	page_flags_explain(&sys->arch, &view, out);
	return 0;
}
