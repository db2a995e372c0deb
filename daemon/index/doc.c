#include "daemon/index/doc.h"
#include "daemon/index/words.h"
#include "protocol/wire/rd.h"

#define WORDS_CAP (4u * 1024 * 1024)
#define LANGS_CAP 4096
#define TERMS_CAP (1024u * 1024)

static const struct {
    uint64_t field;
    enum doc_column column;
} columns[] = {
    {R_TITLE,       DOC_TITLE   },
    {R_SUBTITLE,    DOC_SUBTITLE},
    {R_ABSTRACT,    DOC_ABSTRACT},
    {R_CONTEXT,     DOC_BODY    },
    {R_HISTORY,     DOC_BODY    },
    {R_DESCRIPTION, DOC_BODY    },
    {R_LIMITS,      DOC_BODY    },
    {R_LESSONS,     DOC_BODY    },
    {R_SOURCES,     DOC_BODY    },
    {R_NOTES,       DOC_BODY    },
    {R_EPISODES,    DOC_BODY    },
    {R_ACTORS,      DOC_PEOPLE  },
    {R_AUTHORS,     DOC_PEOPLE  },
    {R_PRODUCER,    DOC_PEOPLE  },
    {R_PLACE,       DOC_PLACE   },
};

void doc_init(struct doc *d)
{
    *d = (struct doc){0};
    for (size_t i = 0; i < DOC_COLUMNS; i++)
        buf_init(&d->words[i], WORDS_CAP);
    buf_init(&d->langs, LANGS_CAP);
    buf_init(&d->terms, TERMS_CAP);
}

void doc_fini(struct doc *d)
{
    for (size_t i = 0; i < DOC_COLUMNS; i++)
        buf_fini(&d->words[i]);
    buf_fini(&d->langs);
    buf_fini(&d->terms);
}

/* ---- values ---- */

static void some(struct rd *r, doc_text_fn *each, void *ctx)
{
    if (rd_take_nil(r))
        return;
    struct slice text = rd_text(r, SIZE_MAX);
    if (r->err == ERR_OK && text.len)
        each(ctx, text);
}

static void actors(struct rd *r, doc_text_fn *each, void *ctx)
{
    for (size_t n = rd_array(r, 0, SIZE_MAX); n && r->err == ERR_OK; n--) {
        rd_array(r, 4, 4);
        for (int i = 0; i < 4; i++)
            some(r, each, ctx);
    }
}

static void episodes(struct rd *r, doc_text_fn *each, void *ctx)
{
    for (size_t n = rd_array(r, 0, SIZE_MAX); n && r->err == ERR_OK; n--) {
        rd_array(r, 2, 2);
        rd_text(r, SIZE_MAX);
        some(r, each, ctx);
    }
}

static void list(struct rd *r, doc_text_fn *each, void *ctx)
{
    for (size_t n = rd_array(r, 0, SIZE_MAX); n && r->err == ERR_OK; n--)
        some(r, each, ctx);
}

static void place_name(struct rd *r, doc_text_fn *each, void *ctx)
{
    rd_array(r, 4, 4);
    some(r, each, ctx);
}

typedef void texts_fn(struct rd *r, doc_text_fn *each, void *ctx);
static texts_fn *const readers[] = {
    [FT_TEXT] = some,     [FT_WORD] = some,         [FT_TEXTS] = list,
    [FT_ACTORS] = actors, [FT_EPISODES] = episodes, [FT_PLACE] = place_name,
};

void doc_texts(enum entity_type type, uint64_t field, struct slice value, doc_text_fn *each, void *ctx)
{
    struct rd r;
    const struct field_info *info = field_by_number(type, field);
    rd_init(&r, value);
    if (info && (size_t)info->type < sizeof readers / sizeof *readers && readers[info->type])
        readers[info->type](&r, each, ctx);
}

bool doc_days(struct slice date, unsigned *from, unsigned *to)
{
    unsigned digits = 0, n = 0;
    if (!date_valid(date))
        return false;
    for (size_t i = 0; i < date.len; i++)
        if (date.at[i] != '-') {
            digits = digits * 10 + (unsigned)(date.at[i] - '0');
            n++;
        }
    unsigned places = n == 4 ? 10000 : n == 6 ? 100 : 1;
    *from = digits * places;
    *to = digits * places + (places - 1);
    return true;
}

/* ---- a record ---- */

struct into {
    struct buf *words;
    enum words_rules rules;
};

static void fold_into(void *ctx, struct slice text)
{
    struct into *to = ctx;
    words_fold(text, to->rules, to->words);
}

static void add_lang(struct doc *d, struct slice lang)
{
    char tag[LANG_MAX + 3];
    if (!lang.len || lang.len > LANG_MAX)
        return;
    tag[0] = tag[lang.len + 1] = ' ';
    memcpy(tag + 1, lang.at, lang.len);
    if (d->langs.len && memmem(d->langs.at, d->langs.len, tag, lang.len + 2))
        return;
    /* The blank behind one tag is the blank before the next. */
    size_t from = d->langs.len ? 1 : 0;
    buf_append(&d->langs, tag + from, lang.len + 2 - from);
}

static void read_field(struct doc *d, const struct view_key *key)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (columns[i].field != key->field)
            continue;
        struct into to = {&d->words[columns[i].column], words_rules_of(key->lang)};
        doc_texts(ENTITY_RECORD, key->field, key->shown->value, fold_into, &to);
        add_lang(d, key->lang);
    }
}

static struct slice country_of(struct slice place)
{
    struct rd r;
    rd_init(&r, place);
    rd_array(&r, 4, 4);
    rd_raw(&r);
    return rd_take_nil(&r) ? slice_text("") : rd_text(&r, SIZE_MAX);
}

static void read_period(struct doc *d, struct slice period)
{
    struct rd r;
    unsigned from = 0, to = 0;
    rd_init(&r, period);
    rd_array(&r, 2, 2);
    bool starts = !rd_take_nil(&r) && doc_days(rd_text(&r, SIZE_MAX), &from, &to);
    if (starts) {
        d->from = from;
        d->to = to;
    }
    if (!rd_take_nil(&r) && doc_days(rd_text(&r, SIZE_MAX), &from, &to)) {
        d->from = starts ? d->from : from;
        d->to = to;
    }
}

static struct slice shown(const struct view *v, uint64_t field)
{
    const struct view_key *key = view_field(v, field, slice_text(""));
    return key && key->shown ? key->shown->value : value_nil;
}

static void read_terms(struct doc *d, const struct view *v)
{
    /* The view's sets are in order, and each key is there while some add lives. */
    for (size_t i = 0; i < v->sets_n; i++)
        if (v->sets[i].target.len == CONCEPT_BYTES)
            buf_add(&d->terms, v->sets[i].target);
}

err_t doc_error(const struct doc *d)
{
    err_t e = d->langs.err == ERR_MEMORY || d->terms.err == ERR_MEMORY ? ERR_MEMORY : ERR_OK;
    for (size_t i = 0; i < DOC_COLUMNS; i++)
        e = d->words[i].err == ERR_MEMORY ? ERR_MEMORY : e;
    return e;
}

err_t doc_read(struct doc *d, const struct view *v)
{
    for (size_t i = 0; i < DOC_COLUMNS; i++)
        buf_clear(&d->words[i]);
    buf_clear(&d->langs);
    buf_clear(&d->terms);
    d->from = d->to = 0;
    for (size_t i = 0; i < v->fields_n; i++)
        if (v->fields[i].shown)
            read_field(d, &v->fields[i]);
    read_terms(d, v);
    d->type = view_text(shown(v, R_TYPE));
    d->country = country_of(shown(v, R_PLACE));
    if (!doc_days(view_text(shown(v, R_DATE)), &d->from, &d->to))
        read_period(d, shown(v, R_PERIOD));
    return doc_error(d);
}

void doc_label(struct doc *d, struct slice text, struct slice lang)
{
    words_fold(text, words_rules_of(lang), &d->words[DOC_LABELS]);
}
