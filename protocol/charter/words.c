/*
 * words: 16 bits as a word of consonant-vowel-consonant-vowel-consonant, 4-2-4-2-4 bits, the highest first (PROTOCOL.md §9): what two people
 * can read to each other over the telephone.
 */
#include "protocol/charter/join.h"

#define WORD_LETTERS 5

static const char consonants[] = "bdfghjklmnprstvz";
static const char vowels[] = "aiou";

static const struct letter {
    const char *of;
    unsigned shift, bits;
} letters[WORD_LETTERS] = {
    {consonants, 12, 4},
    {vowels,     10, 2},
    {consonants, 6,  4},
    {vowels,     4,  2},
    {consonants, 0,  4}
};

void words_encode(struct slice bytes, char *out)
{
    for (size_t i = 0; i + 1 < bytes.len; i += 2) {
        unsigned value = (unsigned)bytes.at[i] << 8 | bytes.at[i + 1];
        for (size_t k = 0; k < WORD_LETTERS; k++)
            *out++ = letters[k].of[value >> letters[k].shift & ((1u << letters[k].bits) - 1)];
        *out++ = i + 3 < bytes.len ? '-' : 0;
    }
}

static err_t decode_word(const uint8_t *word, uint8_t *out)
{
    unsigned value = 0;
    for (size_t k = 0; k < WORD_LETTERS; k++) {
        const char *at = memchr(letters[k].of, word[k], (size_t)1 << letters[k].bits);
        if (!at)
            return ERR_RANGE;
        value |= (unsigned)(at - letters[k].of) << letters[k].shift;
    }
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return ERR_OK;
}

err_t words_decode(struct slice text, uint8_t *out, size_t out_len)
{
    uint8_t bytes[HASH_BYTES];
    size_t step = WORD_LETTERS + 1;
    if (out_len == 0 || out_len % 2 || out_len > sizeof bytes || text.len + 1 != WORD_TEXT_LEN(out_len))
        return ERR_RANGE;
    for (size_t i = 0; i < out_len / 2; i++) {
        if (i > 0 && text.at[i * step - 1] != '-')
            return ERR_RANGE;
        err_t e = decode_word(text.at + i * step, bytes + 2 * i);
        if (e)
            return e;
    }
    memcpy(out, bytes, out_len);
    return ERR_OK;
}
