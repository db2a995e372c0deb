#include "daemon/report/verify.h"
#include "conf/tr.h"
#include "daemon/read/say.h"
#include "daemon/report/verify_diff.h"
#include "daemon/store/erased.h"
#include <stdlib.h>

#define YEAR_BYTES 8

struct report_head { /* what a report says of itself */
    enum verify_form form;
    unsigned year;
    const char *lang;
    struct report_cut cut;
};

/* ---- reading ---- */

static bool begins(struct slice text, const char *with)
{
    size_t n = strlen(with);
    return text.len >= n && memcmp(text.at, with, n) == 0;
}

/* What stands between two marks, both ours. */
static struct slice between(struct slice in, const char *from, const char *to)
{
    const uint8_t *at = memmem(in.at, in.len, from, strlen(from));
    if (!at)
        return slice_text("");
    at += strlen(from);
    size_t left = in.len - (size_t)(at - in.at);
    const uint8_t *end = memmem(at, left, to, strlen(to));
    return end ? slice_of(at, (size_t)(end - at)) : slice_text("");
}

static err_t settle_head(struct slice year, struct slice lang, struct slice cut, struct arena *arena,
                         struct report_head *out)
{
    char text[YEAR_BYTES] = "", name[YEAR_BYTES] = "";
    if (!year.len || year.len >= sizeof text || !lang.len || lang.len >= sizeof name)
        return ERR_REPORT_FILE;
    memcpy(text, year.at, year.len);
    memcpy(name, lang.at, lang.len);
    out->year = (unsigned)strtoul(text, NULL, 10);
    out->lang = tr_name(name);
    return out->year && out->lang ? cut_read(cut, arena, &out->cut) : ERR_REPORT_FILE;
}

static err_t read_json(struct slice file, struct arena *arena, struct report_head *out)
{
    json_t *all = json_loadb((const char *)file.at, file.len, JSON_REJECT_DUPLICATES, NULL);
    const char *lang = json_string_value(json_object_get(all, "language")),
               *cut = json_string_value(json_object_get(all, "cut"));
    char year[24] = "";
    snprintf(year, sizeof year, "%lld", (long long)json_integer_value(json_object_get(all, "report")));
    err_t e = settle_head(slice_text(year), slice_text(lang ? lang : ""), slice_text(cut ? cut : ""), arena, out);
    json_decref(all);
    return e;
}

static err_t read_head(struct slice file, struct arena *arena, struct report_head *out)
{
    if (begins(file, "<!DOCTYPE html>")) {
        out->form = FORM_HTML;
        return settle_head(between(file, "<meta name=\"allied-report\" content=\"", "\""),
                           between(file, "<meta name=\"allied-language\" content=\"", "\""),
                           between(file, "<meta name=\"allied-cut\" content=\"", "\""), arena, out);
    }
    if (begins(file, "section,figure,")) {
        out->form = FORM_CSV;
        return settle_head(between(file, "\r\nreport,year,,,", ","), between(file, "\r\nreport,language,,,", ","),
                           between(file, "\r\nreport,cut,,,", ","), arena, out);
    }
    out->form = FORM_JSON;
    return begins(file, "{") ? read_json(file, arena, out) : ERR_REPORT_FILE;
}

/* The file without what only one site saw. */
static err_t without_local(enum verify_form form, struct slice file, struct buf *out)
{
    static const struct {
        const char *from, *to, *end; /* what the file has in place of `end` at its end */
    } marks[] = {
        [FORM_HTML] = {REPORT_LOCAL_OPEN,           REPORT_LOCAL_CLOSE "\n", ""     },
        [FORM_CSV] = {"\r\n" REPORT_LOCAL_ROW ",", NULL,                    "\r\n" },
        [FORM_JSON] = {",\n \"local\": {",          NULL,                    "\n}\n"},
    };
    const uint8_t *from = memmem(file.at, file.len, marks[form].from, strlen(marks[form].from));
    if (!from)
        return buf_add(out, file);
    size_t before = (size_t)(from - file.at);
    buf_append(out, file.at, before);
    buf_add(out, slice_text(marks[form].end));
    if (!marks[form].to)
        return out->err;
    const uint8_t *to = memmem(from, file.len - before, marks[form].to, strlen(marks[form].to));
    if (!to)
        return ERR_REPORT_FILE;
    to += strlen(marks[form].to);
    return buf_append(out, to, file.len - (size_t)(to - file.at));
}

static err_t write_again(enum verify_form form, const struct model *m, struct buf *out)
{
    return form == FORM_HTML  ? report_html(m, NULL, m->lang, out)
           : form == FORM_CSV ? report_csv(m, NULL, out)
                              : report_json(m, NULL, out);
}

/* ---- erasures ---- */

struct gone {
    struct dot dot;
    uint8_t ally[ALLY_BYTES];
    struct slice name;
};

static err_t author_of(struct read *r, const struct report_cut *cut, const struct dot *dot, bool *within,
                       struct gone *out)
{
    struct commit commit;
    int64_t row = 0;
    *within = false;
    err_t e = oplog_by_dot(r->store, dot->commit, &row);
    if (e)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = oplog_get_row(r->store, row, &r->arena, &commit);
    const struct ally *ally = e ? NULL : authority_ally_of(r->authority, commit.log.site);
    *within = ally && cut_has(cut, &commit.log, commit.seq);
    if (*within) {
        *out = (struct gone){.dot = *dot, .name = ally->name};
        memcpy(out->ally, ally->id, ALLY_BYTES);
    }
    return e;
}

/* Of all erasures, which took something that the report could still see? */
static err_t find_gone(struct read *r, const struct report_cut *cut, struct gone **out, size_t *out_n)
{
    struct erasure *all = NULL;
    size_t n = 0;
    err_t e = erased_list(r->store, NULL, &r->arena, &all, &n);
    *out = e ? NULL : arena_alloc(&r->arena, n + 1, sizeof **out);
    if (!*out)
        return e ? e : ERR_MEMORY;
    for (size_t i = 0; i < n && !e; i++) {
        bool before = false, within = false, again = false;
        for (size_t k = 0; k < n; k++) {
            bool same = dot_compare(&all[i].target, &all[k].target) == 0;
            before = before || (same && cut_has(cut, &all[k].by, all[k].by_seq));
            again = again || (same && k < i);
        }
        if (before || again)
            continue;
        e = author_of(r, cut, &all[i].target, &within, &(*out)[*out_n]);
        *out_n += within;
    }
    return e;
}

static bool is_one_of(struct slice word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(word, slice_text(words[i])))
            return true;
    return false;
}

/* What an ally's own records say, which nobody else's text changes. What counts for it can change: a copy is none any more, a cap is not reached, a reuse is gone. */
static bool is_of_own_records(const struct diff_line *line)
{
    static const char *const sections[] = {"components", "angles", "coverage", "discipline"};
    static const char *const figures[] = {"at_the_end", "complete"};
    return is_one_of(line->section, sections, sizeof sections / sizeof *sections) ||
           (slice_equal(line->section, slice_text("records")) &&
            is_one_of(line->figure, figures, sizeof figures / sizeof *figures));
}

/* Can an erasure have changed it? What the roster and the charters say it cannot. */
static bool is_explained(const struct diff *d, const struct gone *gone, size_t n)
{
    static const char *const others[] = {"sites_let_in", "charters", "delay_allowed_days", "year", "cut", "alliance"};
    static const char *const keys[] = {"allies", "newcomers"};
    const struct diff_line *line = d->here ? d->here : d->file;
    if (is_one_of(line->figure, others, sizeof others / sizeof *others) ||
        is_one_of(line->key, keys, sizeof keys / sizeof *keys))
        return false;
    if (!line->ally.len || !is_of_own_records(line))
        return n > 0;
    for (size_t i = 0; i < n; i++)
        if (slice_equal(gone[i].name, line->ally))
            return true;
    return false;
}

/* ---- telling ---- */

static json_t *line_json(const struct diff_line *line)
{
    if (!line)
        return json_null();
    struct slice text = line->text;
    while (text.len && text.at[text.len - 1] == '\r')
        text.len--;
    return say_string(text);
}

static json_t *diff_json(const struct diff *d)
{
    const struct diff_line *line = d->here ? d->here : d->file;
    json_t *one = json_object();
    say_put(one, "section", say_string(line->section));
    say_put(one, "figure", say_string(line->figure));
    say_put(one, "ally", say_string(line->ally));
    say_put(one, "file", line_json(d->file));
    say_put(one, "here", line_json(d->here));
    return one;
}

static err_t tell(struct read *r, const struct diff *diffs, size_t n, const struct report_cut *cut)
{
    json_t *list = json_array(), *erased = json_array();
    struct gone *gone = NULL;
    size_t gone_n = 0;
    bool explained = true;
    err_t e = find_gone(r, cut, &gone, &gone_n);
    for (size_t i = 0; i < n && !e; i++) {
        explained = explained && is_explained(&diffs[i], gone, gone_n);
        if (i < VERIFY_LIST_MAX)
            json_array_append_new(list, diff_json(&diffs[i]));
    }
    for (size_t i = 0; i < gone_n && !e; i++)
        json_array_append_new(erased,
                              json_pack("{s:o, s:o}", "dot", say_dot(&gone[i].dot), "ally", say_string(gone[i].name)));
    say_put(r->result, "differences", list);
    say_put(r->result, "more", json_integer(n > VERIFY_LIST_MAX ? (json_int_t)(n - VERIFY_LIST_MAX) : 0));
    say_put(r->result, "erased", erased);
    return e ? e : explained && gone_n ? ERR_REPORT_ERASED : ERR_REPORT_DIFFERS;
}

static err_t compare(struct read *r, const struct report_head *head, struct slice file, const struct model *m)
{
    struct buf theirs, ours;
    struct diff *diffs = NULL;
    size_t n = 0;
    buf_init(&theirs, SIZE_MAX);
    buf_init(&ours, SIZE_MAX);
    err_t e = without_local(head->form, file, &theirs);
    e = e ? e : write_again(head->form, m, &ours);
    bool same = !e && slice_equal(buf_slice(&theirs), buf_slice(&ours));
    say_put(r->result, "same", json_boolean(same));
    say_put(r->result, "inputs", say_hex(slice_of(m->inputs, HASH_BYTES)));
    if (!e && !same) {
        e = diff_find(head->form, buf_slice(&theirs), buf_slice(&ours), m, &r->arena, &diffs, &n);
        e = e ? e : tell(r, diffs, n, &m->cut);
    }
    buf_fini(&theirs);
    buf_fini(&ours);
    return e;
}

err_t report_verify(struct read *r, struct slice file)
{
    static const char *const forms[] = {[FORM_HTML] = "html", [FORM_CSV] = "csv", [FORM_JSON] = "json"};
    struct report_head head;
    struct model m;
    err_t e = read_head(file, &r->arena, &head);
    if (e)
        return e;
    say_put(r->result, "format", json_string(forms[head.form]));
    say_put(r->result, "year", json_integer((json_int_t)head.year));
    say_put(r->result, "language", json_string(head.lang));
    e = cut_check(r->store, &head.cut, &r->why);
    e = e ? e : model_make(r, head.year, &head.cut, head.lang, &m);
    if (e)
        return e;
    e = compare(r, &head, file, &m);
    model_fini(&m);
    return e;
}
