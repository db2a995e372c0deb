#include "daemon/web/atom.h"
#include "daemon/web/atom_entry.h"
#include "daemon/web/xml.h"
#include "protocol/base/base32.h"
#include "protocol/base/clock.h"
#include <inttypes.h>

#define NEWEST_MAX 400 /* rows looked at for the feed itself */

struct feed {
    const struct atom *a;
    struct feed_ask ask; /* ally or concept */
    struct slice title;
    struct feed_row *rows; /* the newest first */
    size_t rows_n;
    int64_t newest, begins; /* newest row of all; the page that the rows begin with ends before this serial */
};

/* ---- which feed ---- */

static err_t find_ally(struct feed *f, const char *id)
{
    uint8_t *ally = arena_alloc(&f->a->read->arena, 1, ALLY_BYTES);
    if (!ally)
        return ERR_MEMORY;
    const struct ally *known =
        base32_decode(slice_text(id), ally, ALLY_BYTES) ? NULL : authority_ally(f->a->read->authority, ally);
    if (!known)
        return ERR_NOT_FOUND;
    f->ask.ally = slice_of(known->id, ALLY_BYTES);
    f->title = known->name;
    return ERR_OK;
}

static err_t find_concept(struct feed *f, const char *id)
{
    uint8_t *bytes = arena_alloc(&f->a->read->arena, 1, CONCEPT_BYTES);
    struct view v;
    if (!bytes)
        return ERR_MEMORY;
    if (base32_decode(slice_text(id), bytes, CONCEPT_BYTES))
        return ERR_NOT_FOUND;
    f->ask.concept = slice_of(bytes, CONCEPT_BYTES);
    err_t e = read_view(f->a->read, ENTITY_CONCEPT, f->ask.concept, &v);
    if (!e)
        f->title = view_label(&v, slice_text(f->a->read->lang));
    return e;
}

static err_t find(struct feed *f)
{
    const char *name = f->a->name;
    f->title = f->a->read->authority->name;
    if (strcmp(name, "all") == 0)
        return ERR_OK;
    if (strncmp(name, "ally-", 5) == 0)
        return find_ally(f, name + 5);
    return strncmp(name, "concept-", 8) == 0 ? find_concept(f, name + 8) : ERR_NOT_FOUND;
}

/* ---- which rows ---- */

static int64_t page_of(int64_t serial)
{
    return (serial - 1) / ATOM_PAGE_ROWS + 1;
}

/* A closed page before the newest one stays as it is; the newest closed one is still in the feed itself, so that this is never short. */
static int64_t last_page(const struct feed *f)
{
    int64_t closed = f->newest / ATOM_PAGE_ROWS;
    return closed > 1 ? closed - 1 : 0;
}

static err_t load_page(struct feed *f)
{
    if (f->a->page < 1 || f->a->page > last_page(f))
        return ERR_NOT_FOUND;
    f->begins = (f->a->page - 1) * ATOM_PAGE_ROWS;
    f->ask.after = f->begins;
    f->ask.upto = f->a->page * ATOM_PAGE_ROWS;
    f->ask.limit = ATOM_PAGE_ROWS;
    return feed_page(f->a->read->store, &f->ask, &f->a->read->arena, &f->rows, &f->rows_n);
}

/* All behind the archive, and older ones where these are few. */
static err_t load_newest(struct feed *f)
{
    f->begins = last_page(f) * ATOM_PAGE_ROWS;
    f->ask.upto = INT64_MAX;
    f->ask.limit = NEWEST_MAX;
    err_t e = feed_page(f->a->read->store, &f->ask, &f->a->read->arena, &f->rows, &f->rows_n);
    if (e)
        return e;
    size_t n = 0;
    while (n < f->rows_n && (n < ATOM_LEAST || f->rows[n].serial > f->begins))
        n++;
    f->rows_n = n;
    return ERR_OK;
}

static err_t load(struct feed *f)
{
    struct feed_span span;
    err_t e = feed_span(f->a->read->store, &span);
    if (e)
        return e;
    f->newest = span.newest;
    f->ask.backwards = true;
    return f->a->page ? load_page(f) : load_newest(f);
}

/* The nearest page with anything in it, before the beginning or behind the end of this one; 0: none. */
static err_t neighbour(const struct feed *f, bool before, int64_t *page)
{
    struct feed_row *row = NULL;
    size_t n = 0;
    struct feed_ask ask = f->ask;
    ask.backwards = before;
    ask.after = before ? 0 : f->a->page * ATOM_PAGE_ROWS;
    ask.upto = before ? f->begins : last_page(f) * ATOM_PAGE_ROWS;
    ask.limit = 1;
    err_t e = feed_page(f->a->read->store, &ask, &f->a->read->arena, &row, &n);
    if (!e)
        *page = n ? page_of(row->serial) : 0;
    return e;
}

/* ---- the document ---- */

static void say_link(const struct feed *f, const char *rel, int64_t page, struct buf *out)
{
    buf_printf(out, "<link rel=\"%s\" type=\"application/atom+xml\" href=\"", rel);
    xml_text(out, slice_text(f->a->base));
    buf_printf(out, "/feeds/%s", f->a->name);
    if (page)
        buf_printf(out, "/%" PRId64, page);
    xml_raw(out, ".atom\"/>\n");
}

static err_t say_links(const struct feed *f, struct buf *out)
{
    int64_t before = 0, behind = 0;
    err_t e = neighbour(f, true, &before);
    if (!e && f->a->page)
        e = neighbour(f, false, &behind);
    say_link(f, "self", f->a->page, out);
    if (f->a->page)
        say_link(f, "current", 0, out);
    if (before)
        say_link(f, "prev-archive", before, out);
    if (behind)
        say_link(f, "next-archive", behind, out);
    return e;
}

static void say_id(const struct feed *f, struct buf *out)
{
    char alliance[BASE32_LEN(ALLIANCE_BYTES) + 1];
    base32_encode(slice_of(f->a->read->authority->alliance, ALLIANCE_BYTES), alliance);
    buf_printf(out, "<id>urn:allied:%s:feed:%s</id>\n", alliance, f->a->name);
}

static err_t say_head(const struct feed *f, struct buf *out)
{
    xml_raw(out,
            XML_HEAD "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:fh=\"http://purl.org/syndication/history/1.0\" "
                     "xmlns:at=\"http://purl.org/atompub/tombstones/1.0\">\n");
    xml_element(out, "title", slice_text(""), f->title.len ? f->title : slice_text(f->a->name));
    say_id(f, out);
    xml_raw(out, "<updated>");
    atom_time(out, f->rows_n ? f->rows[0].at_s : 0);
    xml_raw(out, "</updated>\n<generator>allied</generator>\n");
    if (f->a->page)
        xml_raw(out, "<fh:archive/>\n");
    return say_links(f, out);
}

/* A record that stands there twice is one entry. */
static bool is_first(const struct feed *f, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (memcmp(f->rows[i].record, f->rows[at].record, RECORD_BYTES) == 0)
            return false;
    return true;
}

static err_t say_entries(const struct feed *f, struct buf *out)
{
    err_t e = ERR_OK;
    for (size_t i = 0; i < f->rows_n && !e; i++) {
        struct shown s;
        if (!is_first(f, i))
            continue;
        e = shown_find(f->a->read, slice_of(f->rows[i].record, RECORD_BYTES), &s);
        if (!e)
            e = atom_entry(f->a->read, f->a->atlas, &s, f->a->base, out);
    }
    return e;
}

err_t atom_write(const struct atom *a, struct buf *out)
{
    struct feed f = {.a = a};
    err_t e = find(&f);
    if (!e)
        e = atlas_refresh(a->atlas, a->read);
    if (!e)
        e = load(&f);
    if (!e)
        e = say_head(&f, out);
    if (!e)
        e = say_entries(&f, out);
    xml_raw(out, "</feed>\n");
    return e ? e : out->err;
}
