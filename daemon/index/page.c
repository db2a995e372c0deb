#include "daemon/index/page.h"
#include "daemon/index/snippet.h"
#include "daemon/read/say.h"

/* Where a piece of text is looked for, in this order. */
static const uint64_t pieces[] = {R_ABSTRACT, R_CONTEXT,  R_HISTORY, R_DESCRIPTION, R_LIMITS,
                                  R_LESSONS,  R_SUBTITLE, R_NOTES,   R_EPISODES,    R_SOURCES};

struct piece {
    struct slice text, lang;
    enum words_rules rules;
    struct snippet_place place;
};
struct looking {
    const struct terms *words;
    struct slice lang;
    enum words_rules rules;
    struct piece *best;
};

static void look(void *ctx, struct slice text)
{
    struct looking *l = ctx;
    struct snippet_place place = snippet_find(l->words, text, l->rules);
    if (!l->best->text.len || place.found > l->best->place.found)
        *l->best = (struct piece){text, l->lang, l->rules, place};
}

/* The best piece in one language; without a match the first one. */
static struct piece look_in(const struct view *v, const struct terms *words, struct slice lang)
{
    struct piece best = {0};
    struct looking l = {words, lang, words_rules_of(lang), &best};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces && best.place.found < words->n; i++) {
        const struct view_key *key = view_field(v, pieces[i], lang);
        if (key && key->shown && (!best.text.len || words->n))
            doc_texts(ENTITY_RECORD, pieces[i], key->shown->value, look, &l);
    }
    return best;
}

static bool is_better(const struct piece *a, const struct piece *b)
{
    return a->text.len && (!b->text.len || (a->place.found && !b->place.found));
}

/* In the language asked, else in French, else in English, else in any: the first that has a match, else the first that has a text. */
static struct piece choose(const struct view *v, const struct terms *words, struct slice lang)
{
    const struct slice wanted[] = {lang, slice_text("fr"), slice_text("en")};
    struct piece best = {0}, one;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !best.place.found; i++) {
        one = look_in(v, words, wanted[i]);
        if (is_better(&one, &best))
            best = one;
    }
    for (size_t i = 0; i < v->fields_n && !best.place.found; i++) {
        if (v->fields[i].field != R_ABSTRACT && v->fields[i].field != R_TITLE)
            continue;
        one = look_in(v, words, v->fields[i].lang);
        if (is_better(&one, &best))
            best = one;
    }
    return best;
}

static json_t *marks_json(const struct snippet *s)
{
    json_t *out = json_array();
    for (size_t i = 0; i < s->marks_n; i++)
        json_array_append_new(out, json_pack("[I, I]", (json_int_t)s->marks[i].from, (json_int_t)s->marks[i].to));
    return out;
}

static err_t put_snippet(json_t *out, const struct ask *ask, const struct view *v, struct slice lang)
{
    struct snippet s;
    struct piece piece = choose(v, &ask->words, lang);
    snippet_init(&s);
    err_t e = snippet_cut(&ask->words, piece.text, piece.rules, piece.place.from, false, &s);
    if (!e) {
        say_put(out, "snippet", say_string(buf_slice(&s.text)));
        say_put(out, "snippet_lang", piece.lang.len ? say_string(piece.lang) : json_null());
        say_put(out, "marks", marks_json(&s));
    }
    snippet_fini(&s);
    return e;
}

static struct slice lang_of_label(const struct view *v, struct slice label)
{
    for (size_t i = 0; i < v->fields_n; i++)
        if (v->fields[i].field == R_TITLE && v->fields[i].shown &&
            slice_equal(view_text(v->fields[i].shown->value), label))
            return v->fields[i].lang;
    return slice_text("");
}

/* Whole, and yet in one line: a title is somebody else's text as well. */
static err_t put_title(json_t *out, const struct ask *ask, const struct view *v, struct slice lang)
{
    struct snippet s;
    struct slice title = view_label(v, lang), of = lang_of_label(v, title);
    snippet_init(&s);
    err_t e = snippet_cut(&ask->words, title, words_rules_of(of), 0, true, &s);
    if (!e) {
        say_put(out, "title", say_string(buf_slice(&s.text)));
        say_put(out, "title_marks", marks_json(&s));
        say_put(out, "lang", of.len ? say_string(of) : json_null());
    }
    snippet_fini(&s);
    return e;
}

static void put_field(json_t *out, const struct view *v, uint64_t field)
{
    const struct field_info *info = field_by_number(ENTITY_RECORD, field);
    const struct view_key *key = view_field(v, field, slice_text(""));
    say_put(out, info->name, key && key->shown ? say_value(ENTITY_RECORD, info, key->shown->value) : json_null());
}

err_t page_record(struct read *r, const struct ask *ask, const struct hit *hit, json_t **out)
{
    struct view v;
    struct slice id = slice_of(hit->record, RECORD_BYTES), lang = slice_text(r->lang);
    *out = NULL;
    err_t e = read_view(r, ENTITY_RECORD, id, &v);
    if (e == ERR_NOT_FOUND || (!e && v.tombstones_n))
        return ERR_OK;
    json_t *json = e ? NULL : json_object();
    if (!json)
        return e ? e : ERR_MEMORY;
    say_put(json, "id", say_id(id));
    e = put_title(json, ask, &v, lang);
    say_ally(r->authority, json, slice_of(id.at, ALLY_BYTES));
    put_field(json, &v, R_TYPE);
    put_field(json, &v, R_DATE);
    put_field(json, &v, R_PLACE);
    say_put(json, "updated", say_time(hit->updated));
    say_put(json, "score", json_integer(hit->score));
    if (!e)
        e = put_snippet(json, ask, &v, lang);
    if (e) {
        json_decref(json);
        return e;
    }
    *out = json;
    return ERR_OK;
}
