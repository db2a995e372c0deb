#include "daemon/core/keytext.h"
#include "protocol/base/base32.h"
#include "protocol/base/utf8.h"
#include <stdio.h>

#define FIRST_LINE  "allied-key/1"
#define WORD_LEN    5
#define CHECK_BYTES 2
#define WORDS_TAG   "allied/words/1"

void keytext_wipe(struct keytext *k)
{
    sign_wipe(k, sizeof *k);
}

/* ---- words ---- */

static void check_of(const uint8_t seed[SEED_BYTES], uint8_t out[CHECK_BYTES])
{
    uint8_t hash[HASH_BYTES];
    struct slice parts[] = {slice_text(WORDS_TAG), slice_of(seed, SEED_BYTES)};
    hash256(hash, parts, 2);
    memcpy(out, hash, CHECK_BYTES);
    sign_wipe(hash, sizeof hash);
}

void keytext_words(const uint8_t seed[SEED_BYTES], char out[KEYTEXT_WORDS_LEN])
{
    uint8_t bytes[SEED_BYTES + CHECK_BYTES];
    memcpy(bytes, seed, SEED_BYTES);
    check_of(seed, bytes + SEED_BYTES);
    words_encode(slice_of(bytes, sizeof bytes), out);
    sign_wipe(bytes, sizeof bytes);
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next run of letters, in small ones; its length, 0 at the end. Longer ones are cut, which makes them no word. */
static size_t next_word(struct slice *text, uint8_t word[WORD_LEN + 1])
{
    size_t n = 0;
    while (text->len && !is_letter(text->at[0]))
        *text = slice_of(text->at + 1, text->len - 1);
    for (; text->len && is_letter(text->at[0]); *text = slice_of(text->at + 1, text->len - 1))
        if (n <= WORD_LEN)
            word[n++] = text->at[0] | 0x20;
    return n;
}

err_t keytext_seed(struct slice text, uint8_t seed[SEED_BYTES], struct why *why)
{
    uint8_t bytes[SEED_BYTES + CHECK_BYTES], word[WORD_LEN + 1], check[CHECK_BYTES];
    size_t n = 0, len;
    err_t e = ERR_OK;
    while (!e && (len = next_word(&text, word)) > 0) {
        /* The word itself is not told: an error may be shown to others. */
        if (n == KEYTEXT_WORDS || len != WORD_LEN || words_decode(slice_of(word, WORD_LEN), bytes + 2 * n, 2))
            e = why_set(why, ERR_KEY_WORDS, "%zu / %d", n + 1, KEYTEXT_WORDS);
        n++;
    }
    if (!e && n != KEYTEXT_WORDS)
        e = why_set(why, ERR_KEY_WORDS, "%zu / %d", n, KEYTEXT_WORDS);
    if (!e) {
        check_of(bytes, check);
        if (memcmp(check, bytes + SEED_BYTES, CHECK_BYTES) != 0)
            e = why_set(why, ERR_KEY_WORDS, "%d / %d", KEYTEXT_WORDS, KEYTEXT_WORDS);
    }
    if (!e)
        memcpy(seed, bytes, SEED_BYTES);
    sign_wipe(bytes, sizeof bytes);
    sign_wipe(word, sizeof word);
    return e;
}

/* ---- file ---- */

static void put_id(struct buf *out, const char *key, const uint8_t *id, size_t len)
{
    char text[BASE32_LEN(SITE_BYTES) + 1];
    base32_encode(slice_of(id, len), text);
    buf_printf(out, "%s %s", key, text);
}

static void put_words(struct buf *out, const char *key, const uint8_t seed[SEED_BYTES])
{
    char words[KEYTEXT_WORDS_LEN];
    keytext_words(seed, words);
    buf_printf(out, "%s %s\n", key, words);
    sign_wipe(words, sizeof words);
}

void keytext_encode(const struct keytext *k, struct buf *out)
{
    struct sign_key key;
    sign_key_from_seed(k->seed, &key);
    buf_printf(out, "%s\n", FIRST_LINE);
    buf_printf(out, "# allied key import --file FILE\n");
    if (k->has_alliance) {
        put_id(out, "alliance", k->alliance, ALLIANCE_BYTES);
        buf_byte(out, '\n');
    }
    put_id(out, "site", key.pub, SITE_BYTES);
    buf_printf(out, " %s\n", k->name);
    put_words(out, "words", k->seed);
    if (k->has_registrar)
        put_words(out, "registrar", k->registrar);
    for (size_t i = 0; i < k->peers_n; i++) {
        put_id(out, "peer", k->peers[i].site, SITE_BYTES);
        buf_printf(out, " %s\n", k->peers[i].address);
    }
    sign_key_wipe(&key);
}

static struct slice cut(struct slice *text, char at)
{
    const uint8_t *end = text->len ? memchr(text->at, at, text->len) : NULL;
    struct slice part = slice_of(text->at, end ? (size_t)(end - text->at) : text->len);
    *text = end ? slice_of(end + 1, text->len - part.len - 1) : slice_of(text->at + text->len, 0);
    return part;
}

static struct slice trimmed(struct slice s)
{
    while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\r' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* An id and what follows it, as text. */
static bool id_and_text(struct slice rest, uint8_t id[SITE_BYTES], char *text, size_t size)
{
    struct slice first = cut(&rest, ' ');
    if (base32_decode(first, id, SITE_BYTES) || rest.len >= size || !utf8_valid(rest) ||
        memchr(rest.len ? rest.at : (const uint8_t *)"-", 0, rest.len ? rest.len : 1))
        return false;
    memcpy(text, rest.at, rest.len);
    text[rest.len] = 0;
    return true;
}

struct reading {
    struct keytext *k;
    uint8_t site[SITE_BYTES];
    bool has_site;
    struct why *why;
};

static err_t read_line(struct reading *r, struct slice key, struct slice rest)
{
    struct keytext *k = r->k;
    bool ok = true;
    if (slice_equal(key, slice_text("words"))) {
        k->has_seed = true;
        return keytext_seed(rest, k->seed, r->why);
    }
    if (slice_equal(key, slice_text("registrar"))) {
        k->has_registrar = true;
        return keytext_seed(rest, k->registrar, r->why);
    }
    if (slice_equal(key, slice_text("alliance")))
        ok = k->has_alliance = base32_decode(rest, k->alliance, ALLIANCE_BYTES) == ERR_OK;
    else if (slice_equal(key, slice_text("site")))
        ok = r->has_site = id_and_text(rest, r->site, k->name, sizeof k->name);
    else if (slice_equal(key, slice_text("peer"))) {
        ok =
            k->peers_n < KEYTEXT_PEERS_MAX && id_and_text(rest, k->peers[k->peers_n].site, k->peers[k->peers_n].address,
                                                          sizeof k->peers[k->peers_n].address);
        k->peers_n += ok;
    }
    return ok ? ERR_OK : ERR_KEY_FILE;
}

static err_t check_whole(const struct reading *r)
{
    struct sign_key key;
    if (!r->k->has_seed)
        return why_set(r->why, ERR_KEY_FILE, "words");
    sign_key_from_seed(r->k->seed, &key);
    bool same = !r->has_site || memcmp(key.pub, r->site, SITE_BYTES) == 0;
    sign_key_wipe(&key);
    return same ? ERR_OK : why_set(r->why, ERR_KEY_FILE, "site");
}

err_t keytext_decode(struct slice text, struct keytext *out, struct why *why)
{
    struct keytext k = {.peers_n = 0};
    struct reading r = {.k = &k, .why = why};
    err_t e = slice_equal(trimmed(cut(&text, '\n')), slice_text(FIRST_LINE)) ? ERR_OK : why_set(why, ERR_KEY_FILE, "1");
    for (size_t line = 2; text.len && !e; line++) {
        struct slice rest = trimmed(cut(&text, '\n'));
        if (!rest.len || rest.at[0] == '#')
            continue;
        struct slice key = cut(&rest, ' ');
        e = read_line(&r, key, rest);
        if (e == ERR_KEY_FILE)
            why_set(why, e, "%zu: %.*s", line, (int)(key.len < 20 ? key.len : 20), (const char *)key.at);
    }
    if (!e)
        e = check_whole(&r);
    if (!e)
        *out = k;
    keytext_wipe(&k);
    return e;
}
