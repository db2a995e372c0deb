#include "daemon/web/page_conflicts.h"
#include "daemon/web/state.h"
#include "daemon/web/words.h"
#include <stdio.h>

#define PAGE_ROWS 50

static bool is_concept(const json_t *one)
{
    return strcmp(sheet_text(one, "type"), "concept") == 0;
}

/* ---- all of them ---- */

static void put_row(struct sheet *s, const json_t *one)
{
    struct html *h = &s->h;
    const char *id = sheet_text(one, "id"), *label = sheet_text(one, "label");
    html_open_row(h);
    html_open_link(h, slice_text(sheet_path(s->q, "/conflicts/", id, "")));
    html_name(h, slice_text(*label ? label : id));
    html_close(h, "a");
    html_close(h, "th");
    html_element_tr(h, "td", is_concept(one) ? N_("concept") : N_("record"));
    html_open(h, "td");
    words_fields(h, json_object_get(one, "fields"));
    html_close(h, "td");
    html_close(h, "tr");
}

static void put_table(struct sheet *s, const json_t *conflicts)
{
    struct html *h = &s->h;
    size_t i;
    json_t *one;
    html_open_table(h, tr(h->lang, N_("Records and concepts of which allies wrote the same field at the same time")));
    html_col(h, N_("Title"));
    html_col(h, N_("What it is"));
    html_col(h, N_("Fields"));
    html_table_body(h);
    json_array_foreach(conflicts, i, one) put_row(s, one);
    html_close_table(h);
}

static void show_all(struct http_request *q, const json_t *answer)
{
    struct sheet s;
    struct read read;
    const json_t *result = json_object_get(answer, "result"), *conflicts = json_object_get(result, "conflicts");
    if (answer_failed(q, answer) || !web_begin(q, NULL, &read))
        return;
    sheet_open(&s, q, &read, &(struct page){.title = tr(request_lang(q), N_("Conflicts")), .place = PAGE_CONFLICTS});
    html_open(&s.h, "p");
    html_say(
        &s.h,
        json_array_size(conflicts)
            ? N_("Nothing is lost: each value stays until somebody chooses, and all sites show the same one meanwhile.")
            : N_("There is no conflict: no two allies wrote the same field without knowing of each other."),
        NULL);
    html_close(&s.h, "p");
    if (json_array_size(conflicts))
        put_table(&s, conflicts);
    sheet_paging(&s.h, q, result);
    sheet_close(&s, 200);
    web_end(q, &read);
}

/* Each has to be looked into. */
void page_conflicts(struct http_request *q)
{
    const char *cursor = request_query(q, "cursor");
    ask_scribe(q, "conflicts.list", json_pack("{s:i, s:s}", "limit", PAGE_ROWS, "cursor", cursor ? cursor : ""),
               show_all);
}

/* ---- one ---- */

static void put_author(struct html *h, const json_t *value)
{
    const char *site = sheet_text(value, "site_name");
    html_open_class(h, "p", "dim");
    if (*site) {
        html_name(h, slice_text(site));
        html_text(h, ", ");
    }
    html_time_of(h, sheet_text(value, "at"));
    html_close(h, "p");
}

static void put_mark(struct html *h, const json_t *value, const char *key, const char *words)
{
    if (!json_is_true(json_object_get(value, key)))
        return;
    html_text(h, " ");
    html_element_tr(h, "small", words);
}

/* Whose it is, and what becomes of it. `before`: what the others were made from. */
static void put_heading(struct html *h, const json_t *value, bool before)
{
    const char *ally = sheet_text(value, "ally_name");
    html_open(h, "h3");
    html_name(h, slice_text(*ally ? ally : sheet_text(value, "ally")));
    if (before) {
        html_text(h, " ");
        html_element_tr(h, "small", N_("(before)"));
    }
    put_mark(h, value, "mine", N_("(this site’s)"));
    put_mark(h, value, "shown", N_("(shown now)"));
    put_mark(h, value, "adopted", N_("(adopted)"));
    html_close(h, "h3");
}

static void put_value(struct html *h, const json_t *value, const char *tag, const char *choice)
{
    html_open_class(h, "section", choice && json_is_true(json_object_get(value, "shown")) ? "box good" : "box");
    put_heading(h, value, !choice);
    if (json_is_null(json_object_get(value, "value")))
        html_element_tr(h, "p", N_("(nothing)"));
    else {
        html_open(h, "div");
        words_value(h, json_object_get(value, "value"), tag);
        html_close(h, "div");
    }
    put_author(h, value);
    if (choice) {
        html_open(h, "p");
        html_element(h, "code", choice);
        html_close(h, "p");
    }
    html_close(h, "section");
}

static void put_sides(struct html *h, const char *id, const json_t *field)
{
    const char *tag = sheet_text(field, "lang"), *name = sheet_text(field, "field");
    size_t i;
    json_t *one, *base = json_object_get(field, "base");
    html_open(h, "h2");
    words_field(h, name, tag);
    html_close(h, "h2");
    html_open_class(h, "div", "sides");
    if (json_is_object(base))
        put_value(h, base, tag, NULL);
    json_array_foreach(json_object_get(field, "values"), i, one)
    {
        char choice[320];
        snprintf(choice, sizeof choice, "allied conflicts resolve %s --field %s%s%s --keep %s", id, name,
                 *tag ? "@" : "", tag, sheet_text(one, "dot"));
        put_value(h, one, tag, choice);
    }
    html_close(h, "div");
}

static void show(struct sheet *s, const json_t *conflict)
{
    struct html *h = &s->h;
    const char *id = sheet_text(conflict, "id");
    size_t i;
    json_t *field;
    html_open(h, "p");
    html_link(h, sheet_path(s->q, is_concept(conflict) ? "/concepts/" : "/records/", id, ""),
              tr(h->lang, is_concept(conflict) ? N_("The concept") : N_("The record")));
    html_close(h, "p");
    html_open(h, "p");
    state_advice(h, tr(h->lang, N_("Whoever writes for an ally chooses with the command under a value, or writes "
                                   "another one: allied conflicts resolve ID --value "
                                   "TEXT. What is not chosen stays in the history.")));
    html_close(h, "p");
    json_array_foreach(json_object_get(conflict, "fields"), i, field) put_sides(h, id, field);
}

void page_conflict(struct http_request *q)
{
    struct sheet s;
    struct read read;
    json_t *args = json_pack("{s:s}", "id", request_part(q, "id"));
    if (web_begin(q, args, &read)) {
        err_t e = read_find("conflicts.show")(&read);
        if (e)
            answer_error(q, e, &read.why);
        else {
            const char *label = sheet_text(read.result, "label");
            sheet_open(&s, q, &read,
                       &(struct page){.title = *label ? label : sheet_text(read.result, "id"),
                                      .place = PAGE_CONFLICTS,
                                      .wide = true});
            show(&s, read.result);
            sheet_close(&s, 200);
        }
        web_end(q, &read);
    }
    json_decref(args);
}
