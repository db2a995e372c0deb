#include "daemon/web/page_home.h"
#include "daemon/read/say.h"
#include "daemon/web/state.h"

#define LATEST 8

/* ---- how much there is ---- */

static void put_figure(struct html *h, const char *address, int64_t n, const char *words)
{
    html_open(h, "li");
    html_element(h, "b", html_num(h, n));
    html_link(h, address, tr(h->lang, words));
    html_close(h, "li");
}

static void put_figures(struct html *h, const json_t *status, const struct read *read)
{
    int64_t records = sheet_number(status, "records"), concepts = sheet_number(status, "concepts"),
            conflicts = sheet_number(status, "conflicts");
    size_t allies = 0;
    for (size_t i = 0; i < read->authority->allies_n; i++)
        allies += !read->authority->allies[i].ended;
    html_open_class(h, "ul", "figures");
    put_figure(h, "/records", records, N_("Records"));
    put_figure(h, "/thesaurus", concepts, N_("Concepts"));
    put_figure(h, "/sites", (int64_t)allies, N_("Allies"));
    put_figure(h, "/conflicts", conflicts, N_("Conflicts"));
    html_close(h, "ul");
}

/* ---- what was written last ---- */

static void put_record(struct sheet *s, const json_t *record)
{
    struct html *h = &s->h;
    const char *title = sheet_text(record, "title");
    html_open(h, "li");
    html_open_link(h, slice_text(sheet_path(s->q, "/records/", sheet_text(record, "id"), "")));
    html_name(h, slice_text(*title ? title : sheet_text(record, "id")));
    html_close(h, "a");
    html_open_class(h, "span", "dim");
    html_text(h, " – ");
    html_name(h, slice_text(sheet_text(record, "ally_name")));
    html_text(h, ", ");
    html_date_of(h, sheet_text(record, "updated"));
    html_close(h, "span");
    html_close(h, "li");
}

static void put_latest(struct sheet *s, struct read *read)
{
    struct html *h = &s->h;
    read_fn *list = read_find("record.list");
    size_t i;
    json_t *one, *args = json_pack("{s:i, s:s}", "limit", LATEST, "order", "newest");
    read->args = args;
    err_t e = list(read);
    json_t *records = e ? NULL : json_object_get(read->result, "records");
    html_element_tr(h, "h2", N_("What was written last"));
    if (!json_array_size(records))
        html_element_tr(h, "p", N_("Nothing yet."));
    html_open(h, "ul");
    json_array_foreach(records, i, one) put_record(s, one);
    html_close(h, "ul");
    read->args = NULL;
    json_decref(args);
}

/* ---- the page ---- */

static void put_peers(struct html *h, const json_t *status)
{
    int64_t heard = 0;
    size_t i;
    json_t *one, *peers = json_object_get(status, "peers");
    json_array_foreach(peers, i, one) heard += json_is_integer(json_object_get(one, "last_heard_s"));
    html_open(h, "p");
    if (json_array_size(peers))
        html_say_n(h, "{1} of {2} other sites is heard from directly.",
                   "{1} of {2} other sites are heard from directly.", heard,
                   html_num(h, (int64_t)json_array_size(peers)), NULL);
    else
        html_say(h, N_("No other site yet: nobody holds a copy."), NULL);
    html_text(h, " ");
    html_link(h, "/sites", tr(h->lang, N_("All sites")));
    html_close(h, "p");
}

/* Before there is a charter here nothing can be read; the core can still say how things stand. */
static void show_waiting(struct http_request *q, const json_t *status)
{
    struct sheet s;
    sheet_open(&s, q, NULL,
               &(struct page){
                   .title = tr(request_lang(q), N_("Home")), .site = sheet_text(status, "name"), .place = PAGE_HOME});
    state_say(&s.h, status);
    state_problems(&s, status);
    sheet_close(&s, 200);
}

static void show(struct http_request *q, const json_t *answer)
{
    struct sheet s;
    struct read read;
    const json_t *status = json_object_get(answer, "result");
    const char *alliance = sheet_text(status, "alliance");
    if (answer_failed(q, answer))
        return;
    if (!*alliance) {
        show_waiting(q, status);
        return;
    }
    if (!web_begin(q, NULL, &read))
        return;
    struct page page = {.title = alliance, .place = PAGE_HOME};
    page.feeds[0] =
        (struct page_feed){"/feeds/all.atom", "application/atom+xml", tr(request_lang(q), N_("What changes (Atom)"))};
    sheet_open(&s, q, &read, &page);
    state_say(&s.h, status);
    state_problems(&s, status);
    put_figures(&s.h, status, &read);
    put_latest(&s, &read);
    html_element_tr(&s.h, "h2", N_("The other sites"));
    put_peers(&s.h, status);
    sheet_close(&s, 200);
    web_end(q, &read);
}

void page_home(struct http_request *q)
{
    ask_core(q, "status", NULL, show);
}
