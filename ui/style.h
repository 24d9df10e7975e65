/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colours by meaning. A cell of the canvas names what it shows (free memory of
 * order 3, a movable page, a key); the palette says how that looks, and the
 * depth of the terminal how near we can come. Nobody else knows numbers of
 * colours.
 */
#ifndef MM_UI_STYLE_H
#define MM_UI_STYLE_H

#include "base/types.h"

/*
 * Each row: name, dark, light, high contrast, then one for eyes to which reds and
 * greens look alike (deuteranopia: blue against yellow) and one for those to which
 * blues and greens do (tritanopia: cyan against red); tests/test_ui_palettes.c looks
 * with such eyes. Then the number on a 16-colour terminal (dark, light), and whether
 * it is a reverse background where there are no colours at all.
 */
#define COLOR_TABLE(X) \
	/* the page and its text */ \
	X(GROUND,    0x101014, 0xfcfcfc, 0x000000, 0x101014, 0x101014,  0, 15, 0) \
	X(TEXT,      0xd6dbe4, 0x23262e, 0xffffff, 0xd6dbe4, 0xd6dbe4,  7,  0, 0) \
	X(BRIGHT,    0xffffff, 0x000000, 0xffffff, 0xffffff, 0xffffff, 15,  0, 0) \
	X(DIM,       0x9198a8, 0x5a606c, 0xd0d0d0, 0x9198a8, 0x9198a8,  8,  8, 0) \
	X(FAINT,     0x4b5162, 0xb3b5ba, 0x909090, 0x4b5162, 0x4b5162,  8,  7, 0) \
	X(ACCENT,    0xffc454, 0x9a4f00, 0xffff00, 0xffc454, 0xffb8a0, 11,  1, 0) \
	X(GOOD,      0x84c88a, 0x17682f, 0x7dff7d, 0x7fb8ff, 0x63cdc4, 10,  2, 0) \
	X(BAD,       0xe8786e, 0xb4281e, 0xff8080, 0xff9e3d, 0xff7b6b,  9,  1, 0) \
	X(BAR,       0x242a3a, 0xe6e3da, 0x303030, 0x242a3a, 0x242a3a,  4,  7, 1) \
	X(CURSOR,    0xffd87a, 0xffb000, 0xffff00, 0xffe9a8, 0xffd9c8, 11, 11, 1) \
	X(SELECT,    0x5a4a1e, 0xffe3a3, 0x606000, 0x5a4a1e, 0x5a3a34,  3,  3, 1) \
	X(FLASH,     0xf7f3d0, 0x3a2f00, 0xffffff, 0xf7f3d0, 0xfff2ee, 15,  0, 1) \
	X(TRACK,     0x1d2129, 0xeceae3, 0x202020, 0x1d2129, 0x1d2129,  0,  7, 0) \
	/* free memory: one hue, dark crumbs to light wholes */ \
	X(FREE0,     0x12332d, 0x0f4a3c, 0x003820, 0x0b2942, 0x06302f,  2,  2, 0) \
	X(FREE1,     0x154036, 0x16594a, 0x004a2a, 0x113554, 0x0b3f3d,  2,  2, 0) \
	X(FREE2,     0x184d41, 0x1e6957, 0x005c34, 0x184266, 0x104e4b,  2,  2, 0) \
	X(FREE3,     0x1b5b4b, 0x297964, 0x006e3e, 0x1e4e78, 0x155c58,  2,  2, 0) \
	X(FREE4,     0x1f6a56, 0x368a71, 0x008048, 0x255b8a, 0x1a6b66,  2,  2, 0) \
	X(FREE5,     0x247a60, 0x469b7e, 0x009454, 0x2b679c, 0x1f7a74,  2,  2, 0) \
	X(FREE6,     0x2c8b6a, 0x59ab8a, 0x10a862, 0x447aac, 0x348c85, 10, 10, 0) \
	X(FREE7,     0x3b9c73, 0x70bb97, 0x30bc72, 0x5d8dbb, 0x489d96, 10, 10, 0) \
	X(FREE8,     0x5cb07c, 0x8acaa3, 0x60d088, 0x77a0cb, 0x5dafa6, 10, 10, 0) \
	X(FREE9,     0x87c688, 0xa7d9b0, 0x98e4a4, 0x90b3da, 0x71c0b7, 10, 10, 0) \
	X(FREE10,    0xb8dc98, 0xc4e7be, 0xd0ffc4, 0xa9c6ea, 0x86d2c8, 10, 10, 0) \
	X(FREE11,    0xc8e3a4, 0xcfebc8, 0xd8ffcc, 0xb7d0ee, 0x9adbd2, 10, 10, 0) \
	X(FREE12,    0xd4e9b1, 0xd7efd1, 0xe0ffd4, 0xc4d9f2, 0xafe4dc, 10, 10, 0) \
	X(FREE13,    0xdfefbf, 0xdff3da, 0xe8ffdc, 0xd2e2f6, 0xc4ede6, 10, 10, 0) \
	X(FREE14,    0xe8f4cc, 0xe6f6e2, 0xf0ffe4, 0xe0ecfa, 0xd8f6f0, 10, 10, 0) \
	X(PCP,       0x6f7f2a, 0xb7c25a, 0x909000, 0x7a7b21, 0xa07771,  3,  3, 0) \
	X(ISOLATED,  0xd07a9a, 0xd9668f, 0xff70b0, 0xe8d8e0, 0xf0d0d4, 13, 13, 1) \
	/* used memory */ \
	X(KERNEL,    0xa5413a, 0xcc6258, 0xd02020, 0xc85a12, 0xd04030,  1,  1, 1) \
	X(SLAB,      0x8a3358, 0xbb5580, 0xb00060, 0x8c3c00, 0x8e2440,  5,  5, 1) \
	X(PGTABLE,   0xb5603c, 0xd98055, 0xe05010, 0xe8924a, 0xe8806a,  1,  1, 1) \
	X(MEMMAP,    0x7c3f3a, 0xb2746c, 0x903030, 0x6e4a28, 0x6c3430,  1,  1, 1) \
	X(MOVABLE,   0x38599c, 0x7394d6, 0x2050e0, 0x10356c, 0x665366,  4,  4, 1) \
	X(ANON,      0x3f67b5, 0x7ea2e4, 0x3068ff, 0x8b76a1, 0x886688,  4,  4, 1) \
	X(FILE,      0x3a7aa8, 0x6fb0dc, 0x0090e0, 0x928a9a, 0xa989a1, 12,  6, 1) \
	X(HUGETLB,   0x5a4fa8, 0x8a7fd8, 0x6040f0, 0x433c54, 0x4f3646,  5,  5, 1) \
	X(THP,       0x4d5fc0, 0x8492ea, 0x5060ff, 0x635d83, 0x6c748b, 12, 12, 1) \
	X(DRIVER,    0x466a86, 0x7f9db6, 0x4080a0, 0x80746c, 0x827b7b,  6,  6, 1) \
	X(RECLAIM,   0x9a6d28, 0xd19a3e, 0xc07800, 0xc8a81e, 0xc89090,  3,  3, 1) \
	X(CMA,       0x7a5aa0, 0xa98bd0, 0x9050d0, 0xc29ac1, 0xc06ab0,  5,  5, 1) \
	X(RESERVED,  0x555a68, 0xa3a6b0, 0x707070, 0x555a68, 0x555a60,  8,  8, 1) \
	X(OFFLINE,   0x262a33, 0xd6d5d0, 0x282828, 0x262a33, 0x262a33,  0,  7, 0) \
	X(DEVICE,    0x39505a, 0x93aab4, 0x305868, 0x3b4946, 0x42403f,  6,  6, 0) \
	X(HOLE,      0x0a0b0e, 0xefede6, 0x000000, 0x0a0b0e, 0x0a0b0e,  0, 15, 0) \
	X(MIXED,     0x3b3f4a, 0xc4c5c9, 0x484848, 0x3b3f4a, 0x3b3f4a,  8,  7, 0) \
	/* things told apart by name, then steps of more and more */ \
	X(CAT0,      0x4e79a7, 0x8fb3dd, 0x2070ff, 0x0072b2, 0x689bb4,  4,  4, 1) \
	X(CAT1,      0xe08a2e, 0xf5b877, 0xff9000, 0xe69f00, 0xe4a292,  3,  3, 1) \
	X(CAT2,      0xd9544f, 0xee9492, 0xff3030, 0xd25d10, 0xd03c30,  1,  1, 1) \
	X(CAT3,      0x62b0aa, 0x9ad4ce, 0x00c8b8, 0x56b4e9, 0x8fd8d0,  6,  6, 1) \
	X(CAT4,      0x5a9c50, 0x98cc90, 0x20b020, 0x49b273, 0x1e6d65,  2,  2, 1) \
	X(CAT5,      0xdcc040, 0xf0dc84, 0xffe000, 0xf9ed4c, 0xf0e6e0, 11, 11, 1) \
	X(CAT6,      0xa878a0, 0xd0a8c8, 0xd040d0, 0xd280b4, 0xb075a6,  5,  5, 1) \
	X(CAT7,      0x8f7058, 0xc4a890, 0xa06030, 0x807b75, 0x706460,  8,  8, 1) \
	X(SEQ0,      0x2a1a4a, 0xece2f5, 0x301060, 0x1d2b53, 0x12282c,  8,  8, 1) \
	X(SEQ1,      0x4a2070, 0xdcc6ea, 0x502090, 0x2b4a7b, 0x1a4448,  4,  4, 1) \
	X(SEQ2,      0x732a7e, 0xcba3da, 0x8020a0, 0x3b6b9b, 0x2c6464,  5,  5, 1) \
	X(SEQ3,      0x9c3478, 0xbb80c4, 0xb02090, 0x5a8bb0, 0x4f8480,  5,  5, 1) \
	X(SEQ4,      0xc24366, 0xac5aa4, 0xe03070, 0x8aa8a8, 0x86989a,  1,  1, 1) \
	X(SEQ5,      0xe0604c, 0x953c86, 0xff6040, 0xb8b890, 0xb89c98,  1,  1, 1) \
	X(SEQ6,      0xf28e3c, 0x761f62, 0xff9820, 0xdcc860, 0xe0ac9c,  3,  3, 1) \
	X(SEQ7,      0xfcc860, 0x540f43, 0xffe040, 0xf5e04a, 0xffd8c8, 11, 11, 1) \
	/* bands */ \
	X(BAND_RAM,     0x2e3f3d, 0xcfe0d8, 0x203830, 0x22384a, 0x203f3d,  6,  6, 0) \
	X(BAND_KERNEL,  0x8f3d38, 0xdd8a80, 0xc02020, 0xb0500f, 0x9c3a34,  1,  1, 1) \
	X(BAND_RESERVED,0x764840, 0xdfb0a4, 0x903828, 0x855832, 0x784d4d,  1,  1, 1) \
	X(BAND_DEVICE,  0x39505a, 0xb7c9d0, 0x305868, 0x39505a, 0x40545e,  6,  6, 0) \
	X(BAND_ACPI,    0x5c5a2e, 0xe0dc9c, 0x605c00, 0x55552d, 0x5c5856,  3,  3, 1) \
	X(BAND_INITRD,  0x6f4c8c, 0xc2a4dc, 0x8040b0, 0x83609c, 0x8a5c85,  5,  5, 1) \
	X(BAND_ONLINE,  0x33354a, 0xd3d5e8, 0x303050, 0x33354a, 0x33354a,  4,  7, 0) \
	X(BAND_OFFLINE, 0x1b1d23, 0xe9e7e1, 0x181818, 0x1b1d23, 0x1b1d23,  0, 15, 0) \
	X(BAND_EVEN,    0x2b3139, 0xdcdedd, 0x282828, 0x2b3139, 0x2b3139,  8,  7, 0) \
	X(BAND_ODD,     0x343c46, 0xe6e8e6, 0x383838, 0x343c46, 0x343c46,  0, 15, 0) \
	X(NODE0,     0x474c69, 0xb9bede, 0x303a80, 0x43465e, 0x434b68,  4,  4, 0) \
	X(NODE1,     0x665444, 0xe0c9ae, 0x704818, 0x6b5847, 0x675645,  3,  3, 1) \
	X(NODE2,     0x3c5f5c, 0xaed3cd, 0x186058, 0x3e615d, 0x415f5b,  6,  6, 0) \
	X(NODE3,     0x643f5c, 0xddb5d3, 0x702060, 0x5d364f, 0x5f3c59,  5,  5, 1) \
	X(NODE4,     0x55602f, 0xd0d9a3, 0x506010, 0x55602f, 0x55602f,  2,  2, 0) \
	X(NODE5,     0x37546f, 0xa9c8e2, 0x184f80, 0x405d78, 0x2f536f,  4,  4, 1) \
	X(NODE6,     0x6b4640, 0xe4b9b1, 0x803020, 0x613e3b, 0x6c463f,  1,  1, 0) \
	X(NODE7,     0x504a70, 0xc3bce6, 0x483880, 0x44426b, 0x53496f,  5,  5, 1) \
	X(ZONE_DMA,     0x2f6fa6, 0x8fc2ea, 0x1070d0, 0x206aa2, 0x2c669b,  4,  4, 0) \
	X(ZONE_DMA32,   0x3a86b8, 0xa4d4f2, 0x2090f0, 0x428bbd, 0x3a86b8, 12, 12, 0) \
	X(ZONE_NORMAL,  0x4a9aa0, 0xa9dedf, 0x10a8b0, 0x56a4c3, 0x50a9c9,  6,  6, 0) \
	X(ZONE_HIGHMEM, 0x9a4f9e, 0xdcaae0, 0xc050d0, 0x995e9c, 0x9a5f9e,  5,  5, 1) \
	X(ZONE_MOVABLE, 0xc5802c, 0xf6c583, 0xf09010, 0xd49a2c, 0xd49a2c,  3,  3, 1) \
	X(ZONE_DEVICE,  0x5d6068, 0xb6b9c0, 0x686868, 0x5d6068, 0x5d6068,  8,  8, 0)

enum color {
#define X(name, ...) C_##name,
	COLOR_TABLE(X)
#undef X
	C_INK, /* as foreground: whichever of dark and light is legible on the background */
	NR_COLORS
};

enum cell_attr {
	AT_BOLD = 1,
	AT_FAINT = 2,     /* foreground sinks half way into the background */
	AT_UNDERLINE = 4,
	AT_REVERSE = 8,
};

struct style {
	u8 fg; /* enum color */
	u8 bg;
	u8 attr; /* enum cell_attr bits */
};

static inline struct style st(enum color fg, enum color bg) { return (struct style){ (u8)fg, (u8)bg, 0 }; }
static inline struct style st_attr(enum color fg, enum color bg, unsigned attr)
{
	return (struct style){ (u8)fg, (u8)bg, (u8)attr };
}

enum palette { PAL_DARK, PAL_LIGHT, PAL_CONTRAST, PAL_DEUTAN, PAL_TRITAN, PAL_MONO, NR_PALETTES };

/* Colours by meaning: a palette, or the user's own on top of one (theme.h). */
struct theme {
	char name[32];
	enum palette base;  /* decides what 24-bit colours cannot: 16 colours, none, how faint is faint */
	u32 rgb[C_INK];     /* 0xrrggbb by enum color */
};
enum depth { DEPTH_AUTO = -1, DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE };

/* A style as a terminal of some depth can show it. */
struct look {
	u32 fg, bg;  /* 0xrrggbb at DEPTH_TRUE, else an index; LOOK_DEFAULT: the terminal's own */
	u8 attr;     /* enum cell_attr bits */
};
#define LOOK_DEFAULT 0xffffffffu

/* Resolve @s for @t at @depth (not DEPTH_AUTO). Pure. */
struct look style_resolve(struct style s, const struct theme *t, enum depth depth);
/* The same as plain 24-bit colours, for pictures. */
struct look style_rgb(struct style s, const struct theme *t);

const struct theme *theme_builtin(enum palette p);
/* A palette by name, or by what it is good for ("protanopia", "safe"). NR_PALETTES: there is none. */
enum palette palette_find(const char *name);
/* "FREE3", "KERNEL": the names of the table above. */
const char *color_name(enum color c);
/* By name, in upper or lower case. NR_COLORS: there is none. */
enum color color_find(const char *name);
const char *depth_name(enum depth d);
/* "auto", "always", "never", "true", "256", "16", "8": 0, or -EINVAL. */
int depth_parse(const char *name, enum depth *out);

/* Free memory of @order. */
static inline enum color free_color(unsigned order) { return (enum color)(C_FREE0 + (order > 14 ? 14 : order)); }

/* Nearest entry of the 256-colour cube and grey ramp. */
unsigned color_to_256(u32 rgb);

#endif
