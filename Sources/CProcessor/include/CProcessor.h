/* What a processor can be told beside what it is to compute. */
#ifndef AFTERGLOW_CPROCESSOR_H
#define AFTERGLOW_CPROCESSOR_H

/* Begins to bring the cache line of a place that is read soon. Any address will do, also one that nothing is at. */
static inline void afterglow_prefetch(const void *_Nullable place) {
  __builtin_prefetch(place);
}

#endif
