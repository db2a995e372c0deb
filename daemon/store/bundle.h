/*
 * bundle: the container of a `.allied` file (PROTOCOL.md §12): messages, as sessions speak them, one a block. Written and read as a stream in bounded
 * memory. Each block stands by itself, so that of a damaged file all that is whole can be read.
 *
 *   "allied-bundle/1\n"       16 bytes; a later form has another number
 *   blocks, each:
 *     0x89 "allied" 0x0a      8 bytes: where a reader that lost its way finds the next one
 *     number                  4 bytes, big-endian: 0, 1, 2, …
 *     form                    1 byte: 0 the message itself, 1 one zstd frame of it that says its content's size
 *     length                  4 bytes, big-endian: of what follows the hash, 1 to LIMIT_MESSAGE_BYTES
 *     BLAKE2b-256             32 bytes: of "allied/bundle/1" ‖ number ‖ form ‖ length ‖ what follows
 *     the message             a frame holds at most LIMIT_MESSAGE_BYTES, and at most 20 × its own bytes: else form 0 is written
 */
#ifndef ALLIED_DAEMON_STORE_BUNDLE_H
#define ALLIED_DAEMON_STORE_BUNDLE_H

#include "protocol/base/buf.h"
#include <stdint.h>

#define BUNDLE_MAGIC "allied-bundle/1\n"
#define BUNDLE_RATIO 20

struct bundle_writer;
/* Writes to fd, from where it stands; fd stays the caller's. ERR_MEMORY, ERR_DISK_FULL, ERR_WRITE, ERR_DISK. */
err_t bundle_begin(int fd, struct bundle_writer **out);
err_t bundle_add(struct bundle_writer *w, struct slice message);
void bundle_finish(struct bundle_writer *w); /* frees; NULL is fine */

struct bundle_reader;
/* fd, a file to read from its start, stays the caller's. ERR_BUNDLE_FOREIGN, ERR_BUNDLE_NEWER, ERR_MEMORY, ERR_DISK. */
err_t bundle_open(int fd, struct bundle_reader **out);
void bundle_close(struct bundle_reader *r); /* frees; NULL is fine */
/*
 * The next whole block's message, valid until the next call. ERR_NOT_FOUND at the end of the file; ERR_MEMORY, ERR_DISK. What is damaged on the way is
 * passed over and counted.
 */
err_t bundle_next(struct bundle_reader *r, struct slice *message);

struct bundle_state {
    uint64_t blocks; /* read whole */
    uint64_t lost;   /* bytes that are no whole block */
    uint64_t first;  /* where in the file the first of them lies */
    uint64_t at;     /* how far in the file reading has come */
};
struct bundle_state bundle_state(const struct bundle_reader *r);

#endif
