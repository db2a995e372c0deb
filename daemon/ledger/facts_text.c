#include "daemon/ledger/facts_text.h"

#include "protocol/sign/sign.h"
#include "protocol/wire/rd.h"

#include <stdlib.h>

bool facts_is_text(uint64_t field)
{
    return (field >= R_ABSTRACT && field <= R_LESSONS) || field == R_EPISODES;
}

/* The texts of a value, one after the other: one, or those of episodes. */
struct texts {
    struct rd rd;
    size_t left;
    bool episodes;
};

static struct texts texts_of(uint64_t field, struct slice value)
{
    struct texts t = {.left = 1, .episodes = field == R_EPISODES};
    rd_init(&t.rd, value);
    if (value_is_nil(value))
        t.left = 0;
    else if (t.episodes)
        t.left = rd_array(&t.rd, 0, SIZE_MAX);
    return t;
}

static bool next_text(struct texts *t, struct slice *out)
{
    if (!t->left || t->rd.err)
        return false;
    t->left--;
    if (t->episodes) {
        rd_array(&t->rd, 2, 2);
        rd_raw(&t->rd); /* the date */
    }
    *out = rd_text(&t->rd, SIZE_MAX);
    return !t->rd.err;
}

/* ---- sketches ---- */

struct in_lang {
    struct slice lang;
    size_t words;
    bool sketched;
    uint8_t sketch[SKETCH_BYTES];
};

static bool shows_text(const struct view_key *key)
{
    return facts_is_text(key->field) && key->shown;
}

static void sketch_lang(const struct view *v, struct in_lang *in)
{
    struct sketch s;
    sketch_init(&s);
    for (size_t i = 0; i < v->fields_n; i++) {
        const struct view_key *key = &v->fields[i];
        if (!shows_text(key) || !slice_equal(key->lang, in->lang))
            continue;
        struct texts texts = texts_of(key->field, key->shown->value);
        for (struct slice text; next_text(&texts, &text);)
            sketch_add(&s, text);
    }
    in->words = s.words;
    in->sketched = sketch_write(&s, in->sketch);
}

static int by_lang(const void *a, const void *b)
{
    return slice_compare(((const struct in_lang *)a)->lang, ((const struct in_lang *)b)->lang);
}

static int by_words(const void *a, const void *b)
{
    const struct in_lang *x = a, *y = b;
    if (x->words != y->words)
        return x->words > y->words ? -1 : 1;
    return by_lang(a, b);
}

static bool is_listed(const struct in_lang *langs, size_t n, struct slice lang)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(langs[i].lang, lang))
            return true;
    return false;
}

static err_t write_sketches(struct in_lang *langs, size_t n, struct arena *arena, struct slice *out)
{
    uint8_t *bytes = arena_alloc(arena, n + 1, SKETCH_BYTES);
    size_t used = 0;
    if (!bytes)
        return ERR_MEMORY;
    qsort(langs, n, sizeof *langs, by_lang);
    for (size_t i = 0; i < n; i++)
        if (langs[i].sketched)
            memcpy(bytes + SKETCH_BYTES * used++, langs[i].sketch, SKETCH_BYTES);
    *out = slice_of(bytes, used * SKETCH_BYTES);
    return ERR_OK;
}

err_t facts_text_sketch(const struct view *v, struct arena *arena, uint64_t *words, struct slice *out)
{
    struct in_lang *langs = arena_alloc(arena, v->fields_n + 1, sizeof *langs);
    size_t n = 0;
    if (!langs)
        return ERR_MEMORY;
    for (size_t i = 0; i < v->fields_n; i++)
        if (shows_text(&v->fields[i]) && !is_listed(langs, n, v->fields[i].lang))
            langs[n++].lang = v->fields[i].lang;
    for (size_t i = 0; i < n; i++)
        sketch_lang(v, &langs[i]);
    qsort(langs, n, sizeof *langs, by_words);
    *words = n ? langs[0].words : 0;
    return write_sketches(langs, n < SKETCH_LANGS ? n : SKETCH_LANGS, arena, out);
}

/* ---- shingles ---- */

static bool put(struct facts_shingles *set, uint64_t shingle)
{
    uint64_t kept = shingle ? shingle : 1; /* 0 is an empty place */
    size_t at = (size_t)kept & (set->room - 1);
    for (; set->at[at]; at = (at + 1) & (set->room - 1))
        if (set->at[at] == kept)
            return false;
    set->at[at] = kept;
    set->n++;
    return true;
}

static err_t make_room(struct facts_shingles *set, struct arena *arena)
{
    if (set->n * 2 < set->room)
        return ERR_OK;
    struct facts_shingles bigger = {.room = set->room ? set->room * 4 : 1024};
    bigger.at = arena_alloc(arena, bigger.room, sizeof *bigger.at);
    if (!bigger.at)
        return ERR_MEMORY;
    for (size_t i = 0; i < set->room; i++)
        if (set->at[i])
            put(&bigger, set->at[i]);
    *set = bigger;
    return ERR_OK;
}

static err_t put_all(struct facts_shingles *set, struct slice text, struct arena *arena, size_t *fresh)
{
    struct sketch_text t = {.at = 0};
    uint64_t words[3] = {0};
    err_t e = ERR_OK;
    sketch_text(&t, text);
    for (size_t n = 1; !e && sketch_word(&t, &words[2]); n++) {
        e = make_room(set, arena);
        if (!e && n >= 3)
            *fresh += put(set, sketch_shingle(words));
        words[0] = words[1];
        words[1] = words[2];
    }
    return e;
}

err_t facts_text_shingles(struct facts_shingles *set, uint64_t field, struct slice value, struct arena *arena,
                          size_t *fresh)
{
    struct texts texts = texts_of(field, value);
    err_t e = ERR_OK;
    for (struct slice text; !e && next_text(&texts, &text);)
        e = put_all(set, text, arena, fresh);
    return e;
}

void facts_text_hash(struct slice text, uint8_t out[FACTS_HASH_BYTES])
{
    struct sketch_text t = {.at = 0};
    uint64_t first[3] = {1}, second[3] = {2}, word;
    sketch_text(&t, text);
    while (sketch_word(&t, &word)) {
        first[1] = second[1] = word;
        first[0] = sketch_shingle(first);
        second[0] = sketch_shingle(second);
    }
    for (size_t i = 0; i < 8; i++) {
        out[i] = (uint8_t)(first[0] >> (56 - 8 * i));
        out[8 + i] = (uint8_t)(second[0] >> (56 - 8 * i));
    }
}
