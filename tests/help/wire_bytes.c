#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

uint8_t *wire_exact(const void *at, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, at, len);
    return copy;
}

static unsigned nibble(char c)
{
    const char *digits = "0123456789abcdef", *at = strchr(digits, c);
    assert_true(c != 0 && at != NULL);
    return (unsigned)(at - digits);
}

struct buf wire_hex(const char *hex)
{
    struct buf b;
    buf_init(&b, 4u << 20);
    while (*hex) {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        unsigned high = nibble(hex[0]);
        buf_byte(&b, (uint8_t)(high << 4 | nibble(hex[1])));
        hex += 2;
    }
    assert_int_equal(b.err, ERR_OK);
    return b;
}

void wire_expect_hex(const struct buf *b, const char *hex)
{
    struct buf want = wire_hex(hex);
    assert_int_equal(b->err, ERR_OK);
    assert_int_equal(b->len, want.len);
    if (want.len)
        assert_memory_equal(b->at, want.at, want.len);
    buf_fini(&want);
}

struct buf wire_file(const char *path)
{
    struct buf b;
    buf_init(&b, 16u << 20);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s: run the tests from the repository's root", path);
    uint8_t part[4096];
    size_t n;
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_append(&b, part, n);
    fclose(f);
    assert_int_equal(b.err, ERR_OK);
    return b;
}
