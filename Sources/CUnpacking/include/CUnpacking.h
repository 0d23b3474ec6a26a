/* gzip (RFC 1952) and bzip2 streams, by zlib and libbz2, behind one pair of calls. */
#ifndef AFTERGLOW_CUNPACKING_H
#define AFTERGLOW_CUNPACKING_H

#include <stddef.h>
#include <stdint.h>

enum { AFTERGLOW_GZIP = 1, AFTERGLOW_BZIP2 = 2 };
enum { AFTERGLOW_UNPACK_GOES_ON = 0, AFTERGLOW_UNPACK_ENDED = 1, AFTERGLOW_UNPACK_BROKEN = -1 };

struct afterglow_unpacker;

/* NULL where there is no memory. */
struct afterglow_unpacker *afterglow_unpacker_create(int format);
void afterglow_unpacker_destroy(struct afterglow_unpacker *unpacker);

/* Unpacks what fits: takes `*used` octets of the input and makes `*made` of output. Streams that follow one another,
   as parallel packers write them, are one. ENDED says that the last stream is whole; more may follow. */
int afterglow_unpack(struct afterglow_unpacker *unpacker, const uint8_t *input, size_t count, size_t *used,
                     uint8_t *output, size_t room, size_t *made);

#endif
