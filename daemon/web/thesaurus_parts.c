#include "daemon/web/thesaurus_parts.h"
#include "protocol/base/base32.h"
#include <stdio.h>
#include <stdlib.h>

#define NONE     CROSSINGS_AXIS_MAX
#define ROWS     100
#define TOPS_MAX 120
#define ID_BYTES (BASE32_LEN(CONCEPT_BYTES) + 1)

static void id_of(const uint8_t *id, char out[ID_BYTES])
{
    base32_encode(slice_of(id, CONCEPT_BYTES), out);
}

/* What it is called in the page's language, ended by a zero; its id where it has no name. */
static const char *label_of(const struct thesaurus *t, const uint8_t *id)
{
    struct slice label = read_label(t->read, slice_of(id, CONCEPT_BYTES));
    char *out = arena_alloc(request_arena(t->q), 1, label.len + ID_BYTES);
    if (!out)
        return "";
    if (label.len)
        memcpy(out, label.at, label.len);
    else
        id_of(id, out);
    return out;
}

/* ---- the lattice ---- */

static const char *word_of(size_t axis, const struct crossing_axis *axes, char out[ID_BYTES])
{
    if (axis == NONE)
        return "none";
    id_of(axes[axis].id, out);
    return out;
}

static void put_cell(const struct thesaurus *t, size_t component, size_t angle)
{
    struct html *h = t->h;
    const struct crossings *c = t->crossings;
    const struct crossing_cell *cell = &c->cells[component][angle];
    char a[ID_BYTES], b[ID_BYTES], path[160];
    html_open_class(h, "td", "num");
    if (cell->concepts || cell->records) {
        snprintf(path, sizeof path, "/thesaurus?component=%s&angle=%s", word_of(component, c->components, a),
                 word_of(angle, c->angles, b));
        html_link(h, path, html_num(h, cell->concepts));
        html_text(h, " ");
        html_open_class(h, "span", "dim");
        html_text(h, "· ");
        html_number(h, cell->records);
        html_close(h, "span");
    } else {
        html_open_class(h, "span", "dim");
        html_text(h, "–");
        html_close(h, "span");
    }
    html_close(h, "td");
}

static void put_axis(const struct thesaurus *t, const struct crossing_axis *axis, const char *scope)
{
    struct html *h = t->h;
    char id[ID_BYTES];
    id_of(axis->id, id);
    html_open(h, "th");
    html_attr(h, "scope", scope);
    if (strcmp(scope, "row") == 0) {
        neighbours_patch(h, &(struct neighbours_patch){axis->colour, axis->notation});
        html_text(h, " ");
    } else if (axis->notation.len) {
        html_open_class(h, "b", "letter");
        html_slice(h, axis->notation);
        html_close(h, "b");
        html_text(h, " ");
    }
    html_link(h, sheet_path(t->q, "/concepts/", id, ""), label_of(t, axis->id));
    html_close(h, "th");
}

static bool stands_without(const struct crossings *c, bool component)
{
    for (size_t i = 0; i <= NONE; i++)
        if (component ? c->cells[NONE][i].concepts : c->cells[i][NONE].concepts)
            return true;
    return false;
}

static void put_row(const struct thesaurus *t, size_t component, bool outside)
{
    struct html *h = t->h;
    html_open(h, "tr");
    if (component == NONE) {
        html_open(h, "th");
        html_attr(h, "scope", "row");
        html_text(h, tr(h->lang, N_("no component")));
        html_close(h, "th");
    } else {
        put_axis(t, &t->crossings->components[component], "row");
    }
    for (size_t i = 0; i < t->crossings->angles_n; i++)
        put_cell(t, component, i);
    if (outside)
        put_cell(t, component, NONE);
    html_close(h, "tr");
}

void thesaurus_lattice(const struct thesaurus *t)
{
    struct html *h = t->h;
    const struct crossings *c = t->crossings;
    bool no_angle = !c->angles_n || stands_without(c, false);
    if (!c->components_n && !c->angles_n)
        return;
    html_element_tr(h, "h2", N_("Components and angles"));
    html_open_class(h, "div", "scroll");
    html_attr(h, "tabindex", "0");
    html_attr(h, "role", "region");
    html_attr_tr(h, "aria-label", N_("Components and angles"));
    html_open_class(h, "table", "lattice");
    html_element_tr(
        h, "caption",
        N_("At each crossing: concepts, and records that they index. The numbers of concepts lead to them."));
    html_open(h, "thead");
    html_open(h, "tr");
    html_col(h, N_("Component"));
    for (size_t i = 0; i < c->angles_n; i++)
        put_axis(t, &c->angles[i], "col");
    if (no_angle)
        html_col(h, c->angles_n ? N_("no angle") : N_("all angles"));
    html_close(h, "tr");
    html_close(h, "thead");
    html_open(h, "tbody");
    for (size_t i = 0; i < c->components_n; i++)
        put_row(t, i, no_angle);
    if (stands_without(c, true))
        put_row(t, NONE, no_angle);
    html_close(h, "tbody");
    html_close(h, "table");
    html_close(h, "div");
}

/* ---- ways in ---- */

void thesaurus_form(const struct thesaurus *t)
{
    struct html *h = t->h;
    const char *q = request_query(t->q, "q"), *lang = h->keep_lang;
    html_open_class(h, "form", "search");
    html_attr(h, "method", "get");
    h->keep_lang = NULL; /* a GET form's own query takes the place of its address's */
    html_href(h, "action", slice_text("/thesaurus"));
    h->keep_lang = lang;
    html_open(h, "p");
    html_open(h, "label");
    html_attr(h, "for", "f-name");
    html_text(h, tr(h->lang, N_("A concept's name, or its beginning")));
    html_close(h, "label");
    html_text(h, " ");
    html_void(h, "input");
    html_attr(h, "id", "f-name");
    html_attr(h, "name", "q");
    html_attr(h, "value", q ? q : "");
    if (lang) {
        html_void(h, "input");
        html_attr(h, "type", "hidden");
        html_attr(h, "name", "lang");
        html_attr(h, "value", lang);
    }
    html_text(h, " ");
    html_element_tr(h, "button", N_("Find"));
    html_close(h, "p");
    html_close(h, "form");
}

static void put_letter(const struct thesaurus *t, char letter, const char *shown)
{
    struct html *h = t->h;
    char path[40], words[4] = {(char)(letter - 32), 0};
    snprintf(path, sizeof path, "/thesaurus?letter=%c", letter);
    html_open(h, "li");
    html_open_link(h, slice_text(path));
    if (shown && *shown == letter)
        html_attr(h, "aria-current", "page");
    html_text(h, letter == '0' ? tr(h->lang, N_("others")) : words);
    html_close(h, "a");
    html_close(h, "li");
}

void thesaurus_letters(const struct thesaurus *t, const char *letter)
{
    struct html *h = t->h;
    html_open_class(h, "nav", "letters");
    html_attr_tr(h, "aria-label", N_("By letter"));
    html_open(h, "ul");
    for (int c = 'a'; c <= 'z'; c++)
        put_letter(t, (char)c, letter);
    put_letter(t, '0', letter);
    html_close(h, "ul");
    html_close(h, "nav");
}

/* ---- lists ---- */

static int by_label(const void *left, const void *right)
{
    const struct crossing_concept *const *a = left, *const *b = right;
    int by = slice_compare((*a)->label, (*b)->label);
    return by ? by : memcmp((*a)->id, (*b)->id, CONCEPT_BYTES);
}

static void put_count(const struct thesaurus *t, const struct crossing_concept *one)
{
    struct html *h = t->h;
    char id[ID_BYTES], path[80];
    if (!one || !one->records)
        return;
    id_of(one->id, id);
    snprintf(path, sizeof path, "/records?term=%s", id);
    html_text(h, " ");
    html_open_class(h, "span", "dim");
    html_text(h, "(");
    html_open_link(h, slice_text(path));
    html_say_n(h, "{1} record", "{1} records", one->records, NULL);
    html_close(h, "a");
    html_text(h, ")");
    html_close(h, "span");
}

static void put_one(const struct thesaurus *t, const struct crossing_concept *one)
{
    char id[ID_BYTES];
    id_of(one->id, id);
    html_open(t->h, "li");
    prose_concept(t->h, t->q, t->crossings, id, label_of(t, one->id));
    put_count(t, one);
    html_close(t->h, "li");
}

static void put_all(const struct thesaurus *t, const struct crossing_concept **list, size_t n)
{
    html_open_class(t->h, "ul", "columns");
    for (size_t i = 0; i < n; i++)
        put_one(t, list[i]);
    html_close(t->h, "ul");
}

void thesaurus_tops(const struct thesaurus *t)
{
    const struct crossings *c = t->crossings;
    const struct crossing_concept **list = arena_alloc(request_arena(t->q), c->concepts_n + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; list && i < c->concepts_n; i++)
        if (c->concepts[i].top)
            list[n++] = &c->concepts[i];
    if (!n)
        return;
    qsort(list, n, sizeof *list, by_label);
    html_element_tr(t->h, "h2", N_("From the top"));
    put_all(t, list, n < TOPS_MAX ? n : TOPS_MAX);
}

static bool is_at(const struct crossing_concept *one, size_t component, size_t angle)
{
    return one->descriptor && (component == SIZE_MAX || crossings_under(one->components, component)) &&
           (angle == SIZE_MAX || crossings_under(one->angles, angle));
}

/* `next`: where the next page begins; 0: there is none. */
static void put_pages(const struct thesaurus *t, bool first, int64_t next)
{
    char from[24];
    snprintf(from, sizeof from, "%lld", (long long)next);
    sheet_pages(t->h, t->q, "from", first, next ? from : NULL);
}

void thesaurus_crossing(const struct thesaurus *t, size_t component, size_t angle, int64_t from)
{
    const struct crossings *c = t->crossings;
    struct html *h = t->h;
    const struct crossing_concept **list = arena_alloc(request_arena(t->q), c->concepts_n + 1, sizeof *list);
    size_t n = 0, at = (size_t)from;
    for (size_t i = 0; list && i < c->concepts_n; i++)
        if (is_at(&c->concepts[i], component, angle))
            list[n++] = &c->concepts[i];
    if (n)
        qsort(list, n, sizeof *list, by_label);
    html_open(h, "p");
    html_say_n(h, "{1} concept.", "{1} concepts.", (int64_t)n, NULL);
    html_close(h, "p");
    if (at >= n)
        at = 0;
    size_t shown = n - at < ROWS ? n - at : ROWS;
    put_all(t, list + at, shown);
    put_pages(t, at == 0, at + shown < n ? (int64_t)(at + shown) : 0);
}

static const struct crossing_concept *place_of(const struct thesaurus *t, const char *id)
{
    uint8_t bytes[CONCEPT_BYTES];
    return base32_decode(slice_text(id), bytes, sizeof bytes) == ERR_OK ? crossings_find(t->crossings, bytes) : NULL;
}

static void put_named(const struct thesaurus *t, const json_t *one)
{
    struct html *h = t->h;
    const json_t *into = json_object_get(one, "merged_into");
    const char *id = sheet_text(one, "id"), *status = sheet_text(one, "status");
    html_open(h, "li");
    prose_concept(h, t->q, t->crossings, id, sheet_text(one, "label"));
    if (into) {
        html_text(h, " → ");
        prose_concept(h, t->q, NULL, sheet_text(into, "id"), sheet_text(into, "label"));
    } else if (strcmp(status, "deprecated") == 0) {
        html_text(h, " ");
        html_open_class(h, "span", "dim");
        html_say(h, N_("({1})"), prose_status(h->lang, status), NULL);
        html_close(h, "span");
    } else {
        put_count(t, place_of(t, id));
    }
    html_close(h, "li");
}

void thesaurus_names(const struct thesaurus *t, const json_t *result)
{
    struct html *h = t->h;
    size_t i;
    json_t *one;
    if (!json_array_size(json_object_get(result, "concepts")))
        html_element_tr(h, "p", N_("No concept begins so."));
    html_open_class(h, "ul", "columns");
    json_array_foreach(json_object_get(result, "concepts"), i, one) put_named(t, one);
    html_close(h, "ul");
    put_pages(t, !request_query(t->q, "from"), sheet_number(result, "next"));
}

void thesaurus_suggested(const struct thesaurus *t, const json_t *result)
{
    struct html *h = t->h;
    size_t i, n = 0;
    json_t *one;
    const char *q = request_query(t->q, "q");
    html_open(h, "ul");
    json_array_foreach(json_object_get(result, "suggestions"), i, one)
    {
        const char *label = sheet_text(one, "label"), *text = sheet_text(one, "text");
        if (strcmp(sheet_text(one, "kind"), "concept") != 0)
            continue;
        n++;
        html_open(h, "li");
        prose_concept(h, t->q, t->crossings, sheet_text(one, "id"), label);
        if (strcmp(label, text) != 0) {
            html_text(h, " – ");
            html_name(h, slice_text(text));
        }
        put_count(t, place_of(t, sheet_text(one, "id")));
        html_close(h, "li");
    }
    html_close(h, "ul");
    if (!n)
        html_element_tr(h, "p", N_("No concept begins so. Is it spelled as one would write it?"));
    html_open(h, "p");
    html_link(h, sheet_path(t->q, "/records?q=", q ? q : "", ""), tr(h->lang, N_("Search the records for it")));
    html_close(h, "p");
}

/* ---- what waits ---- */

static void put_waiting(const struct thesaurus *t, const json_t *row)
{
    struct html *h = t->h;
    size_t i, k;
    json_t *one, *field;
    html_open(h, "li");
    prose_concept(h, t->q, t->crossings, sheet_text(row, "id"), sheet_text(row, "label"));
    json_array_foreach(json_object_get(row, "proposals"), i, one)
    {
        const json_t *motive = json_object_get(one, "motive");
        html_text(h, " – ");
        html_name(h, slice_text(sheet_text(one, "ally_name")));
        html_text(h, ", ");
        html_date_of(h, sheet_text(one, "at"));
        html_text(h, ": ");
        json_array_foreach(json_object_get(one, "fields"), k, field)
        {
            html_text(h, k ? " " : "");
            html_element(h, "code", json_string_value(field) ? json_string_value(field) : "");
        }
        if (json_is_object(motive)) {
            html_text(h, ", ");
            html_text(h, tr(h->lang, N_("because of")));
            html_text(h, " ");
            prose_record(h, t->q, sheet_text(motive, "id"), sheet_text(motive, "title"));
        }
    }
    html_close(h, "li");
}

void thesaurus_waiting(const struct thesaurus *t, const json_t *result)
{
    struct html *h = t->h;
    size_t i;
    json_t *one;
    if (!json_array_size(json_object_get(result, "concepts")))
        html_element_tr(h, "p", N_("Nothing waits to be adopted."));
    html_open(h, "ul");
    json_array_foreach(json_object_get(result, "concepts"), i, one) put_waiting(t, one);
    html_close(h, "ul");
    sheet_paging(h, t->q, result);
}
