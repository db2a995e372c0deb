#include "daemon/web/record_beside.h"

static const json_t *get(const struct record_page *p, const char *field)
{
    return json_object_get(p->shown, field);
}

void record_terms(const struct record_page *p)
{
    struct html *h = p->h;
    size_t i;
    json_t *one;
    if (!json_array_size(get(p, "concepts")))
        return;
    html_element_tr(h, "h2", N_("Index terms"));
    html_open_class(h, "ul", "terms");
    json_array_foreach((json_t *)(uintptr_t)get(p, "concepts"), i, one)
    {
        const char *status = sheet_text(one, "status");
        const json_t *into = json_object_get(one, "merged_into");
        html_open(h, "li");
        prose_concept(h, p->q, p->crossings, sheet_text(one, "id"), sheet_text(one, "label"));
        if (into) {
            html_text(h, " → ");
            prose_concept(h, p->q, p->crossings, sheet_text(into, "id"), sheet_text(into, "label"));
        } else if (strcmp(status, "adopted") != 0) {
            html_text(h, " ");
            html_open_class(h, "span", "dim");
            html_say(h, N_("({1})"), prose_status(h->lang, status), NULL);
            html_close(h, "span");
        }
        html_close(h, "li");
    }
    html_close(h, "ul");
}

/* ---- links ---- */

static void put_missing(struct html *h, const json_t *link)
{
    const char *words = json_is_true(json_object_get(link, "missing"))   ? N_("(not here yet)")
                        : json_is_true(json_object_get(link, "retired")) ? N_("(withdrawn)")
                                                                         : NULL;
    if (!words)
        return;
    html_text(h, " ");
    html_open_class(h, "span", "dim");
    html_text(h, tr(h->lang, words));
    html_close(h, "span");
}

/* What it translates has changed since: said, not mended. */
static void put_changed(struct html *h, const json_t *changed)
{
    size_t i;
    json_t *one;
    if (!json_array_size(changed))
        return;
    html_open_class(h, "p", "warn");
    html_text(h, tr(h->lang, N_("What it translates has changed since:")));
    json_array_foreach((json_t *)(uintptr_t)changed, i, one)
    {
        html_text(h, i ? ", " : " ");
        html_element(h, "code", json_string_value(one) ? json_string_value(one) : "");
    }
    html_close(h, "p");
}

static void put_link(const struct record_page *p, const json_t *link)
{
    struct html *h = p->h;
    const char *target = sheet_text(link, "target");
    html_open(h, "li");
    html_text(h, prose_rel(h->lang, sheet_text(link, "rel"), false));
    html_text(h, " ");
    if (strchr(target, ':'))
        html_link(h, target, target);
    else
        prose_record(h, p->q, target, sheet_text(link, "title"));
    put_missing(h, link);
    put_changed(h, json_object_get(link, "changed"));
    html_close(h, "li");
}

void record_links(const struct record_page *p)
{
    struct html *h = p->h;
    size_t i;
    json_t *one;
    if (json_array_size(get(p, "links"))) {
        html_element_tr(h, "h2", N_("What it builds on"));
        html_open(h, "ul");
        json_array_foreach((json_t *)(uintptr_t)get(p, "links"), i, one) put_link(p, one);
        html_close(h, "ul");
    }
    if (!json_array_size(get(p, "linked_by")))
        return;
    html_element_tr(h, "h2", N_("Who reuses it"));
    html_open(h, "ul");
    json_array_foreach((json_t *)(uintptr_t)get(p, "linked_by"), i, one)
    {
        html_open(h, "li");
        html_text(h, prose_rel(h->lang, sheet_text(one, "rel"), true));
        html_text(h, " ");
        prose_record(h, p->q, sheet_text(one, "id"), sheet_text(one, "title"));
        html_text(h, " · ");
        html_name(h, slice_text(sheet_text(one, "ally_name")));
        html_close(h, "li");
    }
    html_close(h, "ul");
}

void record_translations(const struct record_page *p)
{
    struct html *h = p->h;
    size_t i;
    json_t *one;
    bool any = false;
    json_array_foreach((json_t *)(uintptr_t)get(p, "translations"), i, one)
    {
        if (!json_is_true(json_object_get(one, "stale")))
            continue;
        if (!any) {
            html_open_class(h, "div", "box warn");
            html_element_tr(h, "p", N_("These translations are older than what they translate:"));
            html_open(h, "ul");
        }
        any = true;
        html_open(h, "li");
        html_element(h, "code", sheet_text(one, "field"));
        html_say(h, N_(" in {1}, from {2}"), prose_language(h->lang, sheet_text(one, "lang")),
                 prose_language(h->lang, sheet_text(one, "from")), NULL);
        html_close(h, "li");
    }
    if (any) {
        html_close(h, "ul");
        html_close(h, "div");
    }
}

void record_reviews(const struct record_page *p)
{
    struct html *h = p->h;
    size_t i;
    json_t *one;
    if (!json_array_size(get(p, "reviews")))
        return;
    html_element_tr(h, "h2", N_("What others say of it"));
    json_array_foreach((json_t *)(uintptr_t)get(p, "reviews"), i, one)
    {
        html_open_class(h, "div", "box");
        html_open(h, "p");
        html_open(h, "b");
        html_name(h, slice_text(sheet_text(one, "ally_name")));
        html_close(h, "b");
        html_text(h, ", ");
        html_date_of(h, sheet_text(one, "at"));
        html_close(h, "p");
        prose_text(h, sheet_text(one, "lang"), sheet_text(one, "text"));
        html_close(h, "div");
    }
}

/* ---- discipline ---- */

void record_discipline(const struct record_page *p)
{
    struct html *h = p->h;
    const json_t *d = get(p, "discipline"), *missed = json_object_get(d, "missed");
    int64_t met = (int64_t)json_array_size(json_object_get(d, "met")), all = met + (int64_t)json_array_size(missed);
    size_t i;
    json_t *one;
    if (!all)
        return;
    html_element_tr(h, "h2", N_("The rules of writing"));
    html_open(h, "p");
    if (json_array_size(missed))
        html_say_n(h, "{1} of {2} rules is met. To complete it:", "{1} of {2} rules are met. To complete it:", met,
                   html_num(h, all), NULL);
    else
        html_say_n(h, "The one rule is met.", "All {1} rules are met.", all, NULL);
    html_close(h, "p");
    if (!json_array_size(missed))
        return;
    html_open(h, "ul");
    json_array_foreach((json_t *)(uintptr_t)missed, i, one)
    {
        html_open(h, "li");
        html_text(h, sheet_text(one, "text"));
        html_close(h, "li");
    }
    html_close(h, "ul");
}
