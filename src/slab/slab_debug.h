/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slab_debug=: which caches get which debug flags.
 *
 *   slab_debug                  full debugging everywhere
 *   slab_debug=FZ               checks and red zones everywhere
 *   slab_debug=P,dentry         poison dentry only
 *   slab_debug=FZ;U,kmalloc-*   blocks, patterns
 *   O                           not where it would need larger slabs
 *
 * Models: mm/slub.c parse_slub_debug_flags(), kmem_cache_flags().
 */
#ifndef MM_SLAB_SLAB_DEBUG_H
#define MM_SLAB_SLAB_DEBUG_H

#include "slab/slab_geometry.h"

/*
 * @flags with the debug flags that option value @opt (NULL: not given, "": all) adds
 * for cache @name. *keep_order: debugging is dropped where it would raise the order.
 */
slab_flags_t slab_debug_flags(const char *opt, slab_flags_t flags, const char *name, bool *keep_order);

#endif
