/*
 * base32: five bits a character, the most significant first; the last character's spare bits are zero. Decoding looks at the whole text
 * before it writes a byte: one text form for each id, or ids would be compared and quoted in two spellings.
 */
#include "protocol/base/base32.h"

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

void base32_encode(struct slice in, char *out)
{
    unsigned bits = 0, n = 0;
    for (size_t i = 0; i < in.len; i++) {
        bits = (bits << 8 | in.at[i]) & 0xfffu;
        for (n += 8; n >= 5; n -= 5)
            *out++ = alphabet[bits >> (n - 5) & 31];
    }
    if (n)
        *out++ = alphabet[bits << (5 - n) & 31];
    *out = 0;
}

static int value_of(uint8_t c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static err_t check(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (value_of(text.at[i]) < 0)
            return ERR_BASE32;
    unsigned spare = (unsigned)(text.len % 8 * 5 % 8);
    if (spare >= 5) /* one, three or six characters over: no number of bytes is written so */
        return ERR_BASE32;
    if (spare && value_of(text.at[text.len - 1]) & ((1 << spare) - 1))
        return ERR_BASE32;
    return ERR_OK;
}

static size_t decoded_len(struct slice text)
{
    return text.len / 8 * 5 + text.len % 8 * 5 / 8;
}

static void decode(struct slice text, uint8_t *out)
{
    unsigned bits = 0, n = 0;
    for (size_t i = 0; i < text.len; i++) {
        bits = (bits << 5 | (unsigned)value_of(text.at[i])) & 0xfffu;
        n += 5;
        if (n >= 8) {
            n -= 8;
            *out++ = (uint8_t)(bits >> n);
        }
    }
}

err_t base32_decode(struct slice text, uint8_t *out, size_t out_len)
{
    err_t e = check(text);
    if (e)
        return e;
    if (decoded_len(text) != out_len)
        return ERR_RANGE;
    decode(text, out);
    return ERR_OK;
}

err_t base32_decode_buf(struct slice text, struct buf *out)
{
    if (out->err)
        return out->err;
    err_t e = check(text);
    if (e)
        return e;
    for (size_t i = 0; i < text.len && !out->err; i += 8) {
        uint8_t five[5];
        struct slice eight = slice_of(text.at + i, text.len - i < 8 ? text.len - i : 8);
        decode(eight, five);
        buf_append(out, five, decoded_len(eight));
    }
    return out->err;
}
