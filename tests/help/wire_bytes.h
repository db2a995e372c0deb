/*
 * Bytes for decoder tests: from hexadecimal, and in heap blocks of exactly their size, so that a sanitizer sees the first byte read
 * past their end.
 */
#ifndef ALLIED_TESTS_HELP_WIRE_BYTES_H
#define ALLIED_TESTS_HELP_WIRE_BYTES_H

#include "protocol/base/buf.h"

/* A copy in a block of exactly len bytes (a valid pointer where len is 0); free it. */
uint8_t *wire_exact(const void *at, size_t len);
/* Spaces are skipped. Fails the test on anything else. The caller frees what the buf holds. */
struct buf wire_hex(const char *hex);
/* Fails the test where the buf does not hold these bytes. */
void wire_expect_hex(const struct buf *b, const char *hex);
/* The whole file, whose path is relative to the repository's root. Fails the test where there is none. */
struct buf wire_file(const char *path);

#endif
