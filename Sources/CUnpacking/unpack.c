#include "CUnpacking.h"

#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct afterglow_unpacker {
  int format;
  int is_open;
  z_stream gzip;
  bz_stream bzip2;
};

static int open_stream(struct afterglow_unpacker *unpacker) {
  if (unpacker->is_open) return 0;
  int status;
  if (unpacker->format == AFTERGLOW_GZIP) {
    memset(&unpacker->gzip, 0, sizeof(unpacker->gzip));
    status = inflateInit2(&unpacker->gzip, 15 + 16) == Z_OK ? 0 : -1;
  } else {
    memset(&unpacker->bzip2, 0, sizeof(unpacker->bzip2));
    status = BZ2_bzDecompressInit(&unpacker->bzip2, 0, 0) == BZ_OK ? 0 : -1;
  }
  unpacker->is_open = status == 0;
  return status;
}

static void close_stream(struct afterglow_unpacker *unpacker) {
  if (!unpacker->is_open) return;
  if (unpacker->format == AFTERGLOW_GZIP) {
    inflateEnd(&unpacker->gzip);
  } else {
    BZ2_bzDecompressEnd(&unpacker->bzip2);
  }
  unpacker->is_open = 0;
}

struct afterglow_unpacker *afterglow_unpacker_create(int format) {
  struct afterglow_unpacker *unpacker = calloc(1, sizeof(*unpacker));
  if (unpacker != NULL) unpacker->format = format;
  return unpacker;
}

void afterglow_unpacker_destroy(struct afterglow_unpacker *unpacker) {
  if (unpacker == NULL) return;
  close_stream(unpacker);
  free(unpacker);
}

int afterglow_unpack(struct afterglow_unpacker *unpacker, const uint8_t *input, size_t count, size_t *used,
                     uint8_t *output, size_t room, size_t *made) {
  *used = 0;
  *made = 0;
  if (count > INT_MAX || room > INT_MAX || open_stream(unpacker) != 0) return AFTERGLOW_UNPACK_BROKEN;
  int ended;
  if (unpacker->format == AFTERGLOW_GZIP) {
    z_stream *stream = &unpacker->gzip;
    stream->next_in = (Bytef *)input;
    stream->avail_in = (uInt)count;
    stream->next_out = output;
    stream->avail_out = (uInt)room;
    int status = inflate(stream, Z_NO_FLUSH);
    *used = count - stream->avail_in;
    *made = room - stream->avail_out;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return AFTERGLOW_UNPACK_BROKEN;
    ended = status == Z_STREAM_END;
  } else {
    bz_stream *stream = &unpacker->bzip2;
    stream->next_in = (char *)input;
    stream->avail_in = (unsigned)count;
    stream->next_out = (char *)output;
    stream->avail_out = (unsigned)room;
    int status = BZ2_bzDecompress(stream);
    *used = count - stream->avail_in;
    *made = room - stream->avail_out;
    if (status != BZ_OK && status != BZ_STREAM_END) return AFTERGLOW_UNPACK_BROKEN;
    ended = status == BZ_STREAM_END;
  }
  if (!ended) return AFTERGLOW_UNPACK_GOES_ON;
  close_stream(unpacker);
  return AFTERGLOW_UNPACK_ENDED;
}
