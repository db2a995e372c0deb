#include "daemon/commons/gist.h"
#include <stdlib.h>

static bool is_listed(const struct slice *words, size_t n, struct slice word)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(words[i], word))
            return true;
    return false;
}

static int by_text(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

#define LANGS_MAX 64 /* of one record: no list is asked for in more */

err_t gist_langs(const struct view *v, struct arena *arena, struct slice *out)
{
    struct slice langs[LANGS_MAX];
    size_t n = 0;
    struct buf text;
    for (size_t i = 0; i < v->fields_n && n < LANGS_MAX; i++)
        if (v->fields[i].lang.len && v->fields[i].shown && !is_listed(langs, n, v->fields[i].lang))
            langs[n++] = v->fields[i].lang;
    qsort(langs, n, sizeof *langs, by_text);
    buf_init(&text, LANGS_MAX * (LANG_MAX + 1));
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_byte(&text, ' ');
        buf_add(&text, langs[i]);
    }
    err_t e = text.err ? text.err : arena_copy(arena, buf_slice(&text), out);
    buf_fini(&text);
    return e;
}

err_t gist_terms(const struct view *v, struct arena *arena, struct slice *out)
{
    uint8_t *terms = arena_alloc(arena, v->sets_n + 1, CONCEPT_BYTES);
    if (!terms)
        return ERR_MEMORY;
    for (size_t i = 0; i < v->sets_n; i++)
        memcpy(terms + i * CONCEPT_BYTES, v->sets[i].target.at, CONCEPT_BYTES);
    *out = slice_of(terms, v->sets_n * CONCEPT_BYTES);
    return ERR_OK;
}
