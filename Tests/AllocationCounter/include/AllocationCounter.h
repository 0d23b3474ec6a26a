/* Counts the allocations of one thread. Test programs only: it stands in for
   malloc, calloc, realloc and the aligned allocators of the whole program. */
#ifndef AFTERGLOW_ALLOCATION_COUNTER_H
#define AFTERGLOW_ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/* Whether allocations pass through here; not under a sanitizer. */
bool afterglow_allocations_are_counted(void);

/* The allocations of the calling thread since it started. */
int64_t afterglow_allocations_of_thread(void);

#endif
