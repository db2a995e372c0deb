#include "daemon/ledger/sketch.h"

#include "protocol/base/utf8.h"

/* FNV-1a, and the finaliser and increment of splitmix64: fixed for good, as sketches of all sites and years are compared. */
#define FNV_START  UINT64_C(14695981039346656037)
#define FNV_PRIME  UINT64_C(1099511628211)
#define MIX_STEP   UINT64_C(0x9e3779b97f4a7c15)
#define MIX_FIRST  UINT64_C(0xbf58476d1ce4e5b9)
#define MIX_SECOND UINT64_C(0x94d049bb133111eb)

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * MIX_FIRST;
    x = (x ^ (x >> 27)) * MIX_SECOND;
    return x ^ (x >> 31);
}

/* ---- words ---- */

void sketch_text(struct sketch_text *t, struct slice text)
{
    t->text = text;
    t->at = 0;
}

/* Thai to Lao, Myanmar, Khmer, kana, ideographs: there are no blanks between their words. */
static bool stands_alone(const uint8_t *at, size_t len)
{
    static const struct {
        uint32_t first, last;
    } scripts[] = {
        {0xe00,  0xeff },
        {0x1000, 0x109f},
        {0x1780, 0x17ff},
        {0x3040, 0x30ff},
        {0x3400, 0x4dbf},
        {0x4e00, 0x9fff},
        {0xf900, 0xfaff},
    };
    if (len == 4)
        return at[0] == 0xf0 && at[1] >= 0xa0; /* from U+20000 on */
    uint32_t point = len == 3 ? (at[0] & 0xfu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu) : 0;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (point >= scripts[i].first && point <= scripts[i].last)
            return true;
    return false;
}

static size_t fold_anew(struct slice rest, struct sketch_folded *out, struct utf8_folded *one)
{
    size_t taken = utf8_fold_one(rest, one);
    if (taken == 2 && one->len <= sizeof out->at) {
        out->bytes = (uint16_t)(rest.at[0] << 8 | rest.at[1]);
        out->len = (uint8_t)one->len;
        out->class = (uint8_t)one->class;
        memcpy(out->at, one->at, one->len);
    }
    return taken;
}

/* A character beyond ASCII. */
static size_t fold(struct sketch_text *t, struct utf8_folded *one)
{
    struct slice rest = slice_of(t->text.at + t->at, t->text.len - t->at);
    struct sketch_folded *seen = &t->seen[rest.len > 1 ? (rest.at[0] ^ rest.at[1]) % SKETCH_FOLDED : 0];
    if (rest.len < 2 || seen->bytes != (uint16_t)(rest.at[0] << 8 | rest.at[1]))
        return fold_anew(rest, seen, one);
    one->len = seen->len;
    one->class = (enum utf8_class)seen->class;
    memcpy(one->at, seen->at, sizeof seen->at);
    return 2;
}

static uint64_t take(uint64_t hash, const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * FNV_PRIME;
    return hash;
}

bool sketch_word(struct sketch_text *t, uint64_t *hash)
{
    uint64_t h = FNV_START;
    for (size_t n; t->at < t->text.len; t->at += n) {
        struct utf8_folded one;
        uint8_t byte = t->text.at[t->at], lower = byte | 0x20;
        n = 1;
        if ((lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9')) {
            h = take(h, byte >= 'A' ? &lower : &byte, 1);
            continue;
        }
        one.class = UTF8_BREAK;
        if (byte >= 0x80)
            n = fold(t, &one);
        bool alone = n > 2 && one.class == UTF8_WORD && stands_alone(t->text.at + t->at, n);
        if (h != FNV_START && (alone || one.class == UTF8_BREAK))
            break;
        if (one.class == UTF8_WORD)
            h = take(h, one.at, one.len);
        if (alone) {
            t->at += n;
            break;
        }
    }
    *hash = h;
    return h != FNV_START;
}

uint64_t sketch_shingle(const uint64_t words[3])
{
    return mix(mix(mix(words[0] + MIX_STEP) + words[1]) + words[2]);
}

/* ---- slots ---- */

void sketch_init(struct sketch *s)
{
    *s = (struct sketch){.words = 0};
    for (size_t i = 0; i < SKETCH_SLOTS; i++) {
        s->slots[i] = UINT32_MAX;
        s->by[i] = mix((i + 1) * MIX_STEP) | 1;
    }
}

static void add_shingle(struct sketch *s, uint64_t shingle)
{
    for (size_t i = 0; i < SKETCH_SLOTS; i++) {
        uint32_t h = (uint32_t)((shingle * s->by[i]) >> 32);
        s->slots[i] = h < s->slots[i] ? h : s->slots[i];
    }
    s->shingles++;
}

void sketch_add(struct sketch *s, struct slice text)
{
    uint64_t words[3] = {0};
    sketch_text(&s->text, text);
    for (size_t n = 1; sketch_word(&s->text, &words[2]); n++) {
        if (n >= 3)
            add_shingle(s, sketch_shingle(words));
        words[0] = words[1];
        words[1] = words[2];
        s->words++;
    }
}

bool sketch_write(const struct sketch *s, uint8_t out[SKETCH_BYTES])
{
    if (s->words < SKETCH_WORDS_MIN || !s->shingles)
        return false;
    for (size_t i = 0; i < SKETCH_BYTES; i++)
        out[i] = (uint8_t)(s->slots[i / 4] >> (24 - 8 * (i % 4)));
    return true;
}

/* ---- comparing ---- */

static size_t sketches(struct slice data)
{
    size_t n = data.len % SKETCH_BYTES ? 0 : data.len / SKETCH_BYTES;
    return n < SKETCH_LANGS ? n : SKETCH_LANGS;
}

static unsigned equal_slots(const uint8_t *a, const uint8_t *b)
{
    unsigned n = 0;
    for (size_t i = 0; i < SKETCH_BYTES; i += 4)
        n += memcmp(a + i, b + i, 4) == 0;
    return n;
}

unsigned sketch_alike(struct slice a, struct slice b)
{
    unsigned best = 0;
    for (size_t i = 0; i < sketches(a); i++)
        for (size_t k = 0; k < sketches(b); k++) {
            unsigned n = equal_slots(a.at + i * SKETCH_BYTES, b.at + k * SKETCH_BYTES);
            best = n > best ? n : best;
        }
    return best;
}

bool sketch_near(struct slice a, struct slice b)
{
    return sketch_alike(a, b) >= SKETCH_NEAR;
}

size_t sketch_bands(struct slice data, uint64_t out[SKETCH_BANDS_MAX])
{
    const size_t band_bytes = SKETCH_BYTES / SKETCH_BANDS;
    size_t n = 0;
    for (size_t i = 0; i < sketches(data); i++)
        for (size_t band = 0; band < SKETCH_BANDS; band++)
            out[n++] = mix(take(FNV_START + band, data.at + i * SKETCH_BYTES + band * band_bytes, band_bytes));
    return n;
}
