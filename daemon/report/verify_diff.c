#include "daemon/report/verify_diff.h"
#include <jansson.h>
#include <stdlib.h>

struct lines {
    struct diff_line *at;
    size_t n;
    const struct diff_line **sorted;
};

/* ---- lines ---- */

static struct slice find(struct slice in, const char *what)
{
    const uint8_t *at = in.len ? memmem(in.at, in.len, what, strlen(what)) : NULL;
    return at ? slice_of(at, in.len - (size_t)(at - in.at)) : slice_text("");
}

/* What stands between two marks; "" where the first is not there. */
static struct slice between(struct slice in, const char *from, const char *to)
{
    struct slice at = find(in, from);
    if (!at.len)
        return at;
    at = slice_of(at.at + strlen(from), at.len - strlen(from));
    struct slice end = find(at, to);
    return slice_of(at.at, end.len ? at.len - end.len : 0);
}

/* A page of an ally has its number in its id. */
static struct slice ally_of_section(const struct model *m, struct slice section)
{
    size_t n = 0;
    if (section.len <= 5 || memcmp(section.at, "ally-", 5) != 0)
        return slice_text("");
    for (size_t i = 5; i < section.len; i++)
        n = n * 10 + (size_t)(section.at[i] - '0') % 10;
    return model_name(m, n - 1);
}

static bool is_ally(const struct model *m, struct slice name)
{
    for (size_t i = 0; i < m->allies_n; i++)
        if (slice_equal(m->allies[i].name, name))
            return true;
    return false;
}

static void name_html(const struct model *m, struct diff_line *line, struct slice *section)
{
    struct slice id = between(line->text, "<section id=\"", "\"");
    if (!id.len)
        id = between(line->text, "<section class=\"ally\" id=\"", "\"");
    if (id.len)
        *section = id;
    struct slice row = between(line->text, "<th scope=\"row\"><bdi>", "</bdi>");
    line->section = *section;
    line->figure = row;
    line->ally = is_ally(m, row) ? row : ally_of_section(m, *section);
}

/* The n-th cell of a row as report_csv writes it; quotes stay. */
static struct slice cell(struct slice row, unsigned n)
{
    bool quoted = false;
    size_t from = 0;
    for (size_t i = 0; i <= row.len; i++) {
        if (i < row.len && row.at[i] == '"')
            quoted = !quoted;
        if (i < row.len && (row.at[i] != ',' || quoted))
            continue;
        if (!n--)
            return slice_of(row.at + from, i - from);
        from = i + 1;
    }
    return slice_text("");
}

static void name_csv(struct diff_line *line)
{
    line->section = cell(line->text, 0);
    line->figure = cell(line->text, 1);
    line->ally = cell(line->text, 2);
    line->key = cell(line->text, 4);
}

static err_t split(enum verify_form form, struct slice text, const struct model *m, struct arena *arena,
                   struct lines *out)
{
    size_t room = 1;
    struct slice section = slice_text("");
    for (size_t i = 0; i < text.len; i++)
        room += text.at[i] == '\n';
    out->at = arena_alloc(arena, room, sizeof *out->at);
    if (!out->at)
        return ERR_MEMORY;
    while (text.len) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        size_t n = end ? (size_t)(end - text.at) : text.len;
        struct diff_line *line = &out->at[out->n++];
        line->text = slice_of(text.at, n);
        line->section = line->figure = line->ally = line->key = slice_text("");
        if (form == FORM_HTML)
            name_html(m, line, &section);
        else
            name_csv(line);
        text = end ? slice_of(end + 1, text.len - n - 1) : slice_text("");
    }
    return ERR_OK;
}

/* ---- JSON: a line for each figure, and for each of what stands beside them ---- */

static struct slice member(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? slice_of(json_string_value(value), json_string_length(value)) : slice_text("");
}

static err_t put_json(struct arena *arena, struct lines *out, const char *key, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    struct diff_line *line = &out->at[out->n++];
    err_t e = text ? arena_copy(arena, slice_text(text), &line->text) : ERR_MEMORY;
    free(text);
    e = e ? e
          : arena_copy(arena, json_is_object(value) ? member(value, "section") : slice_text("report"), &line->section);
    e = e ? e : arena_copy(arena, json_is_object(value) ? member(value, "figure") : slice_text(key), &line->figure);
    e = e ? e : arena_copy(arena, member(value, "ally"), &line->ally);
    return e ? e : arena_copy(arena, member(value, "key"), &line->key);
}

static err_t split_json(struct slice text, struct arena *arena, struct lines *out)
{
    json_t *all = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, NULL), *value, *one;
    const json_t *figures = json_object_get(all, "figures");
    const char *key;
    size_t i;
    err_t e = json_is_object(all) && json_is_array(figures) ? ERR_OK : ERR_REPORT_FILE;
    out->at = e ? NULL : arena_alloc(arena, json_object_size(all) + json_array_size(figures), sizeof *out->at);
    if (!out->at) {
        json_decref(all);
        return e ? e : ERR_MEMORY;
    }
    json_object_foreach(all, key, value) if (value != figures && !e) e = put_json(arena, out, key, value);
    json_array_foreach(figures, i, one) if (!e) e = put_json(arena, out, "figures", one);
    json_decref(all);
    return e;
}

/* ---- comparing ---- */

static int by_text(const void *a, const void *b)
{
    const struct diff_line *x = *(const struct diff_line *const *)a, *y = *(const struct diff_line *const *)b;
    int c = slice_compare(x->text, y->text);
    return c ? c : (x > y) - (x < y);
}

static int by_name(const struct diff_line *x, const struct diff_line *y)
{
    int c = slice_compare(x->section, y->section);
    c = c ? c : slice_compare(x->figure, y->figure);
    c = c ? c : slice_compare(x->ally, y->ally);
    return c ? c : slice_compare(x->key, y->key);
}

static err_t sort(struct lines *l, struct arena *arena)
{
    l->sorted = arena_alloc(arena, l->n + 1, sizeof(struct diff_line *));
    if (!l->sorted)
        return ERR_MEMORY;
    for (size_t i = 0; i < l->n; i++)
        l->sorted[i] = &l->at[i];
    if (l->n)
        qsort(l->sorted, l->n, sizeof(struct diff_line *), by_text);
    return ERR_OK;
}

/* Takes out what stands in both, as often as in both; what is left stands in the order of its text. */
static void cancel(struct lines *a, struct lines *b)
{
    size_t i = 0, k = 0, a_n = 0, b_n = 0;
    while (i < a->n || k < b->n) {
        int c = i == a->n ? 1 : k == b->n ? -1 : slice_compare(a->sorted[i]->text, b->sorted[k]->text);
        if (c < 0)
            a->sorted[a_n++] = a->sorted[i++];
        else if (c > 0)
            b->sorted[b_n++] = b->sorted[k++];
        else
            i++, k++;
    }
    a->n = a_n;
    b->n = b_n;
}

static int by_place(const void *a, const void *b)
{
    const struct diff_line *x = *(const struct diff_line *const *)a, *y = *(const struct diff_line *const *)b;
    return (x > y) - (x < y);
}

/* Each of ours with the file's first of the same name; then the file's others. */
static err_t pair(struct lines *file, struct lines *here, struct arena *arena, struct diff **out, size_t *out_n)
{
    struct diff *found = arena_alloc(arena, file->n + here->n + 1, sizeof *found);
    size_t n = 0;
    if (!found)
        return ERR_MEMORY;
    if (file->n)
        qsort(file->sorted, file->n, sizeof(struct diff_line *), by_place);
    if (here->n)
        qsort(here->sorted, here->n, sizeof(struct diff_line *), by_place);
    for (size_t i = 0; i < here->n; i++) {
        found[n] = (struct diff){NULL, here->sorted[i]};
        for (size_t k = 0; k < file->n && !found[n].file; k++)
            if (file->sorted[k] && by_name(file->sorted[k], here->sorted[i]) == 0) {
                found[n].file = file->sorted[k];
                file->sorted[k] = NULL;
            }
        n++;
    }
    for (size_t k = 0; k < file->n; k++)
        if (file->sorted[k])
            found[n++] = (struct diff){file->sorted[k], NULL};
    *out = found;
    *out_n = n;
    return ERR_OK;
}

err_t diff_find(enum verify_form form, struct slice file, struct slice here, const struct model *m, struct arena *arena,
                struct diff **out, size_t *n)
{
    struct lines a = {.n = 0}, b = {.n = 0};
    err_t e = form == FORM_JSON ? split_json(file, arena, &a) : split(form, file, m, arena, &a);
    e = e ? e : form == FORM_JSON ? split_json(here, arena, &b) : split(form, here, m, arena, &b);
    e = e ? e : sort(&a, arena);
    e = e ? e : sort(&b, arena);
    if (e)
        return e;
    cancel(&a, &b);
    return pair(&a, &b, arena, out, n);
}
