/*
 * slice: bytes that somebody else owns. Valid as long as their owner is; never freed, never written through.
 */
#ifndef ALLIED_PROTOCOL_BASE_SLICE_H
#define ALLIED_PROTOCOL_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *at;
    size_t len; /* bytes */
};

static inline struct slice slice_of(const void *at, size_t len)
{
    return (struct slice){at, len};
}

/* The bytes of a C string, without its final zero. */
static inline struct slice slice_text(const char *text)
{
    return (struct slice){(const uint8_t *)text, strlen(text)};
}

/* Byte order: shorter first only where one is a prefix of the other. */
static inline int slice_compare(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.at, b.at, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

#endif
