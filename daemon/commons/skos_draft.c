/*
 * skos_draft: see skos_draft.h. Two things wait for the end, because later triples decide them: the kind (several types), and titles (a scheme's
 * name only if the subject turns out to be a scheme).
 */
#include "daemon/commons/skos.h"
#include "daemon/commons/skos_draft.h"
#include "daemon/commons/skos_terms.def"
#include "protocol/base/utf8.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define LANG_BYTES_MAX 63u
#define NAME_BYTES_MAX (DRAFT_URI_BYTES_MAX + 64u)

enum form { F_LABEL, F_TEXTS, F_NOTATIONS, F_WORD, F_ADDRESS, F_LINK, F_FLAG, F_LINKS, F_INVERSE, F_TITLE };

#define X(id, prefix, uri) static const char VOC_##id[] = uri;
SKOS_VOCABULARIES(X)
#undef X

static const struct {
    const char *prefix, *uri;
} vocabularies[] = {
#define X(id, prefix, uri) {prefix, VOC_##id},
    SKOS_VOCABULARIES(X)
#undef X
};
#define VOCABULARIES (sizeof vocabularies / sizeof vocabularies[0])

static const struct term {
    const char *vocabulary, *local, *key;
    enum form form;
} terms[] = {
#define X(voc, local, key, form) {VOC_##voc, local, key, F_##form},
    SKOS_TERMS(X)
#undef X
};
#define TERMS (sizeof terms / sizeof terms[0])

static const struct {
    const char *vocabulary, *local, *kind;
    unsigned rank;
} classes[] = {
#define X(voc, local, kind, rank) {VOC_##voc, local, kind, rank},
    SKOS_CLASSES(X)
#undef X
};
#define CLASSES (sizeof classes / sizeof classes[0])

struct draft_subject {
    json_t *object;   /* {"uri", "line", …}; owned */
    json_t *titles;   /* [{"what", "lang", "text"} …] or NULL; owned */
    unsigned classes; /* bit i: of classes[i] */
};

void draft_fail(struct draft *d, err_t e)
{
    if (d->err == ERR_OK)
        d->err = e;
}

/* ---- losses ---- */

static void shorten(const char *uri, char *out, size_t room)
{
    for (size_t i = 0; i < VOCABULARIES; i++) {
        size_t n = strlen(vocabularies[i].uri);
        if (strncmp(uri, vocabularies[i].uri, n) == 0) {
            snprintf(out, room, "%s:%s", vocabularies[i].prefix, uri + n);
            return;
        }
    }
    snprintf(out, room, "%s", uri);
}

static void count(struct draft *d, const char *what)
{
    json_t *place = json_object_get(d->seen, what);
    if (!place && json_array_size(d->lost) >= SKOS_LOST_NAMES_MAX) {
        what = "…";
        place = json_object_get(d->seen, what);
    }
    if (!place) {
        place = json_integer((json_int_t)json_array_size(d->lost));
        if (json_object_set_new(d->seen, what, place) ||
            json_array_append_new(d->lost, json_pack("{s:s, s:i}", "what", what, "count", 0))) {
            draft_fail(d, ERR_MEMORY);
            return;
        }
    }
    json_t *row = json_array_get(d->lost, (size_t)json_integer_value(place));
    json_t *n = json_object_get(row, "count");
    json_integer_set(n, json_integer_value(n) + 1);
}

void draft_lose(struct draft *d, const char *predicate, const char *reason)
{
    char what[2 * NAME_BYTES_MAX], name[NAME_BYTES_MAX];
    shorten(predicate ? predicate : "", name, sizeof name);
    snprintf(what, sizeof what, "%s%s%s", name, predicate && reason ? ": " : "", reason ? reason : "");
    utf8_drop_halves(what);
    if (d->err == ERR_OK)
        count(d, what);
}

/* ---- subjects ---- */

static struct draft_subject *subject_of(struct draft *d, const char *uri)
{
    json_t *place = json_object_get(d->index, uri);
    if (place)
        return &d->subjects[json_integer_value(place)];
    if (d->subjects_n >= SKOS_CONCEPTS_MAX) {
        draft_fail(d, ERR_ITEMS);
        return NULL;
    }
    if (d->subjects_n == d->subjects_room) {
        size_t room = d->subjects_room ? d->subjects_room * 2 : 64;
        struct draft_subject *more = realloc(d->subjects, room * sizeof *more);
        if (!more) {
            draft_fail(d, ERR_MEMORY);
            return NULL;
        }
        d->subjects = more;
        d->subjects_room = room;
    }
    json_t *object = json_pack("{s:s, s:i}", "uri", uri, "line", (int)d->line);
    if (!object || json_object_set_new(d->index, uri, json_integer((json_int_t)d->subjects_n))) {
        json_decref(object);
        draft_fail(d, ERR_MEMORY);
        return NULL;
    }
    d->subjects[d->subjects_n] = (struct draft_subject){object, NULL, 0};
    return &d->subjects[d->subjects_n++];
}

/* ---- values ---- */

/* Appends unless an equal one stands there; takes the reference. */
static void append(struct draft *d, json_t *array, json_t *value)
{
    size_t i;
    json_t *old;
    json_array_foreach(array, i, old)
    {
        if (json_equal(old, value)) {
            json_decref(value);
            return;
        }
    }
    if (json_array_size(array) >= SKOS_VALUES_MAX) {
        json_decref(value);
        draft_fail(d, ERR_ITEMS);
    } else if (!value || json_array_append_new(array, value))
        draft_fail(d, ERR_MEMORY);
}

/* The array or object under a key, made if need be; borrowed. */
static json_t *slot(struct draft *d, json_t *object, const char *key, json_t *(*make)(void))
{
    json_t *at = json_object_get(object, key);
    if (!at) {
        at = make();
        if (!at || json_object_set_new(object, key, at)) {
            draft_fail(d, ERR_MEMORY);
            return NULL;
        }
    }
    return at;
}

static json_t *text_of(struct draft *d, struct slice bytes)
{
    json_t *text = json_stringn((const char *)bytes.at, bytes.len);
    if (!text)
        draft_fail(d, utf8_valid(bytes) ? ERR_MEMORY : ERR_UTF8);
    return text;
}

/* Language tags are compared without case (RFC 5646); ours are written in lower case. */
static void lower(struct slice tag, char out[LANG_BYTES_MAX + 1])
{
    for (size_t i = 0; i < tag.len; i++)
        out[i] = (char)tolower(tag.at[i]);
    out[tag.len] = '\0';
}

static void keep_label(struct draft *d, json_t *object, const char *key, const char *lang, json_t *text,
                       const char *predicate, const char *reason)
{
    json_t *labels = slot(d, object, key, json_object);
    json_t *old = labels ? json_object_get(labels, lang) : NULL;
    if (old && !json_equal(old, text))
        draft_lose(d, predicate, reason);
    else if (!old && labels && json_object_set(labels, lang, text))
        draft_fail(d, ERR_MEMORY);
}

static void keep_notation(struct draft *d, json_t *object, const struct term *t, const struct draft_value *v)
{
    json_t *value = json_object(), *list = slot(d, object, t->key, json_array);
    if (!value || !list || json_object_set_new(value, "value", text_of(d, v->text)) ||
        (v->datatype && json_object_set_new(value, "datatype", json_string(v->datatype)))) {
        json_decref(value);
        draft_fail(d, ERR_MEMORY);
        return;
    }
    append(d, list, value);
}

static void keep_word(struct draft *d, json_t *object, const struct term *t, const char *predicate, json_t *word)
{
    json_t *old = json_object_get(object, t->key);
    if (old && !json_equal(old, word))
        draft_lose(d, predicate, "second");
    else if (json_object_set(object, t->key, word))
        draft_fail(d, ERR_MEMORY);
}

static void keep_title(struct draft *d, struct draft_subject *to, const char *predicate, const char *lang, json_t *text)
{
    if (!to->titles)
        to->titles = json_array();
    if (!to->titles ||
        json_array_append_new(to->titles, json_pack("{s:s, s:s, s:O}", "what", predicate, "lang", lang, "text", text)))
        draft_fail(d, ERR_MEMORY);
}

static void keep_text(struct draft *d, struct draft_subject *to, const struct term *t, const char *predicate,
                      const char *lang, json_t *text)
{
    if (t->form == F_WORD || t->form == F_ADDRESS) {
        keep_word(d, to->object, t, predicate, text);
    } else if (t->form == F_LABEL) {
        keep_label(d, to->object, t->key, lang, text, predicate, "second in one language");
    } else if (t->form == F_TEXTS) {
        json_t *by_lang = slot(d, to->object, t->key, json_object);
        json_t *list = by_lang ? slot(d, by_lang, lang, json_array) : NULL;
        if (list)
            append(d, list, json_incref(text));
    } else {
        keep_title(d, to, predicate, lang, text);
    }
}

static bool is_term(const char *uri, const char *vocabulary, const char *local)
{
    size_t n = strlen(vocabulary);
    return strncmp(uri, vocabulary, n) == 0 && strcmp(uri + n, local) == 0;
}

/* The four forms that XML Schema has for a boolean; -1: none of them. */
static int flag_of(const struct draft_value *v)
{
    static const char *const forms[] = {"false", "true", "0", "1"};
    bool typed = v->datatype && is_term(v->datatype, VOC_XSD, "boolean");
    for (int i = 0; typed && i < 4; i++)
        if (slice_equal(v->text, slice_text(forms[i])))
            return i % 2;
    return -1;
}

/* Why a literal does not fit a term; NULL: it does. */
static const char *misfit(const struct term *t, const struct draft_value *v)
{
    bool with_lang = t->form == F_LABEL || t->form == F_TEXTS || t->form == F_TITLE;
    if (t->form == F_LINKS || t->form == F_INVERSE || t->form == F_LINK)
        return "a literal";
    if (t->form == F_FLAG)
        return flag_of(v) < 0 ? "not a boolean" : NULL;
    if (memchr(v->text.at, 0, v->text.len))
        return "U+0000";
    if (v->lang.len && !with_lang)
        return "with a language";
    if (v->datatype && t->form != F_NOTATIONS)
        return "with a datatype";
    return v->lang.len > LANG_BYTES_MAX ? "language tag too long" : NULL;
}

static void keep_literal(struct draft *d, const char *subject, const struct term *t, const char *predicate,
                         const struct draft_value *v)
{
    char lang[LANG_BYTES_MAX + 1];
    const char *reason = misfit(t, v);
    if (reason) {
        draft_lose(d, predicate, reason);
        return;
    }
    struct draft_subject *to = subject_of(d, subject);
    if (!to)
        return;
    if (t->form == F_NOTATIONS) {
        keep_notation(d, to->object, t, v);
        return;
    }
    if (t->form == F_FLAG) {
        keep_word(d, to->object, t, predicate, flag_of(v) ? json_true() : json_false());
        return;
    }
    json_t *text = text_of(d, v->text);
    lower(v->lang, lang);
    if (text)
        keep_text(d, to, t, predicate, lang, text);
    json_decref(text);
}

static void keep_link(struct draft *d, const char *subject, const struct term *t, const char *predicate,
                      const char *target)
{
    bool inverse = t->form == F_INVERSE;
    bool one = t->form == F_ADDRESS || t->form == F_LINK;
    if (!inverse && !one && t->form != F_LINKS) {
        draft_lose(d, predicate, "a URI");
        return;
    }
    if (strcmp(subject, target) == 0 && t->form != F_ADDRESS) {
        draft_lose(d, predicate, "itself"); /* one such slip must not cost the concept */
        return;
    }
    struct draft_subject *to = subject_of(d, inverse ? target : subject);
    if (!to)
        return;
    json_t *uri = json_string(inverse ? subject : target);
    json_t *list = one ? NULL : slot(d, to->object, t->key, json_array);
    if (!uri)
        draft_fail(d, ERR_MEMORY);
    else if (list)
        append(d, list, json_incref(uri));
    else if (one)
        keep_word(d, to->object, t, predicate, uri);
    json_decref(uri);
}

/* ---- statements ---- */

static void add_type(struct draft *d, const char *subject, const char *predicate, const struct draft_value *v)
{
    char name[NAME_BYTES_MAX] = "a literal";
    for (size_t i = 0; !v->literal && i < CLASSES; i++)
        if (is_term(v->uri, classes[i].vocabulary, classes[i].local)) {
            struct draft_subject *to = subject_of(d, subject);
            if (to)
                to->classes |= 1u << i;
            return;
        }
    if (!v->literal)
        shorten(v->uri, name, sizeof name);
    draft_lose(d, predicate, name);
}

void draft_add(struct draft *d, const char *subject, const char *predicate, const struct draft_value *v)
{
    struct draft_value plain = *v;
    if (d->err)
        return;
    if (v->datatype && is_term(v->datatype, VOC_XSD, "string"))
        plain.datatype = NULL; /* RDF 1.1 §3.3: the same literal */
    if (is_term(predicate, VOC_RDF, "type")) {
        add_type(d, subject, predicate, v);
        return;
    }
    for (size_t i = 0; i < TERMS; i++) {
        if (!is_term(predicate, terms[i].vocabulary, terms[i].local))
            continue;
        if (v->literal)
            keep_literal(d, subject, &terms[i], predicate, &plain);
        else
            keep_link(d, subject, &terms[i], predicate, v->uri);
        return;
    }
    draft_lose(d, predicate, NULL);
}

/* ---- the end ---- */

static void lose_class(struct draft *d, size_t class)
{
    char uri[256], name[256], type[256];
    snprintf(uri, sizeof uri, "%s%s", classes[class].vocabulary, classes[class].local);
    shorten(uri, name, sizeof name);
    snprintf(type, sizeof type, "%stype", VOC_RDF);
    draft_lose(d, type, name);
}

static const char *kind_of(struct draft *d, const struct draft_subject *s)
{
    size_t best = CLASSES;
    for (size_t i = 0; i < CLASSES; i++)
        if ((s->classes >> i & 1) && (best == CLASSES || classes[i].rank > classes[best].rank))
            best = i;
    for (size_t i = 0; i < CLASSES; i++) {
        if (!(s->classes >> i & 1))
            continue;
        bool fits =
            strcmp(classes[i].kind, classes[best].kind) == 0 || (classes[i].rank == 1 && classes[best].rank == 2);
        if (!fits || strcmp(classes[i].local, "OrderedCollection") == 0) /* its order is what is lost */
            lose_class(d, i);
    }
    return best == CLASSES ? NULL : classes[best].kind;
}

static void settle(struct draft *d, struct draft_subject *s)
{
    const char *kind = kind_of(d, s);
    bool titled = kind && (strcmp(kind, "scheme") == 0 || strcmp(kind, "collection") == 0);
    size_t i;
    json_t *title;
    json_array_foreach(s->titles, i, title)
    {
        const char *what = json_string_value(json_object_get(title, "what"));
        const char *lang = json_string_value(json_object_get(title, "lang"));
        if (titled)
            keep_label(d, s->object, "prefLabel", lang, json_object_get(title, "text"), what, NULL);
        else
            draft_lose(d, what, NULL);
    }
    /* What was replaced is written as deprecated too; only what stands for itself was retired. */
    if (json_object_get(s->object, "merged_into") && json_is_true(json_object_get(s->object, "deprecated")))
        json_object_del(s->object, "deprecated");
    if (kind && json_object_set_new(s->object, "kind", json_string(kind)))
        draft_fail(d, ERR_MEMORY);
}

void draft_finish(struct draft *d, json_t *concepts)
{
    for (size_t i = 0; i < d->subjects_n && d->err == ERR_OK; i++) {
        settle(d, &d->subjects[i]);
        /* uri and line alone: nothing about it was kept */
        if (json_object_size(d->subjects[i].object) > 2 && json_array_append(concepts, d->subjects[i].object))
            draft_fail(d, ERR_MEMORY);
    }
}

void draft_open(struct draft *d)
{
    *d = (struct draft){.index = json_object(), .lost = json_array(), .seen = json_object()};
    if (!d->index || !d->lost || !d->seen)
        d->err = ERR_MEMORY;
}

void draft_close(struct draft *d)
{
    for (size_t i = 0; i < d->subjects_n; i++) {
        json_decref(d->subjects[i].object);
        json_decref(d->subjects[i].titles);
    }
    free(d->subjects);
    json_decref(d->index);
    json_decref(d->lost);
    json_decref(d->seen);
    *d = (struct draft){0};
}
