#include "daemon/web/page_sites.h"
#include "daemon/web/state.h"
#include "daemon/web/watch.h"

static const struct {
    const char *state, *class, *words;
} states[] = {
    {"live",        "good", N_("live")          },
    {"syncing",     "warn", N_("catching up")   },
    {"connecting",  "warn", N_("connecting")    },
    {"unreachable", "bad",  N_("unreachable")   },
    {"relayed",     "",     N_("through others")},
    {"unknown",     "",     N_("not known")     },
};

static void put_state(struct html *h, const char *state)
{
    size_t i = 0;
    while (i < sizeof states / sizeof *states && strcmp(states[i].state, state) != 0)
        i++;
    bool known = i < sizeof states / sizeof *states;
    html_open_class(h, "td", known && *states[i].class ? states[i].class : NULL);
    html_text(h, known ? tr(h->lang, states[i].words) : state);
    html_close(h, "td");
}

static void put_peer(struct html *h, const json_t *peer)
{
    const char *name = sheet_text(peer, "name"), *host = sheet_text(peer, "hosted_by"),
               *cause = sheet_text(peer, "cause");
    const json_t *equal = json_object_get(peer, "digest_equal"), *heard = json_object_get(peer, "last_heard_s");
    err_t why = err_by_name(cause);
    html_row(h, slice_text(*name ? name : sheet_text(peer, "site")));
    html_open(h, "td");
    html_name(h, slice_text(sheet_text(peer, "ally_name")));
    html_close(h, "td");
    put_state(h, sheet_text(peer, "state"));
    html_cell_number(h, sheet_number(peer, "behind"));
    html_cell_number(h, sheet_number(peer, "ahead"));
    watch_ago(h, heard);
    html_element(h, "td",
                 !json_is_integer(heard)                              ? "–"
                 : strcmp(sheet_text(peer, "transport"), "http") == 0 ? "HTTP"
                                                                      : "ZeroMQ");
    html_element_tr(h, "td",
                    json_is_true(equal)    ? N_("equal")
                    : json_is_false(equal) ? N_("differs")
                                           : N_("not known"));
    html_open(h, "td");
    if (*host)
        html_say(h, N_("hosted by {1}"), host, NULL);
    else if (why != ERR_COUNT && why)
        html_text(h, tr(h->lang, err_what(why)));
    html_close(h, "td");
    html_close(h, "tr");
}

static void put_peers(struct html *h, const json_t *peers)
{
    static const struct html_column columns[] = {
        {N_("Site"),           false},
        {N_("Ally"),           false},
        {N_("State"),          false},
        {N_("They have more"), true },
        {N_("We have more"),   true },
        {N_("Last heard"),     true },
        {N_("Transport"),      false},
        {N_("Digests"),        false},
        {N_("Remark"),         false},
    };
    size_t i;
    json_t *one;
    html_open_table(
        h, tr(h->lang, N_("The other sites as seen from this one. More: commits that one of the two has and the other "
                          "lacks. Equal digests: both show the same.")));
    html_columns(h, columns, sizeof columns / sizeof *columns);
    html_table_body(h);
    json_array_foreach(peers, i, one) put_peer(h, one);
    html_close_table(h);
}

static void forget(void *own)
{
    json_decref(own);
}

/* Both answers are here: the core's status was kept until that of all sites came. */
static void show(struct http_request *q, const json_t *answer)
{
    struct sheet s;
    struct read read;
    const json_t *status = *request_own(q), *peers = json_object_get(status, "peers");
    if (answer_failed(q, answer) || !web_begin(q, NULL, &read))
        return;
    sheet_open(&s, q, &read,
               &(struct page){.title = tr(request_lang(q), N_("Sites")), .place = PAGE_SITES, .wide = true});
    state_say(&s.h, status);
    if (json_array_size(peers))
        put_peers(&s.h, peers);
    else
        html_element_tr(&s.h, "p", N_("No other site yet: nobody holds a copy."));
    watch_show(&s, json_object_get(answer, "result"));
    sheet_close(&s, 200);
    web_end(q, &read);
}

static void ask_all(struct http_request *q, const json_t *answer)
{
    if (answer_failed(q, answer))
        return;
    *request_own(q) = json_incref(json_object_get(answer, "result"));
    request_at_end(q, forget);
    ask_core(q, "sites", NULL, show);
}

void page_sites(struct http_request *q)
{
    ask_core(q, "status", NULL, ask_all);
}
