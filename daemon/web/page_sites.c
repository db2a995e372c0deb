#include "daemon/web/page_sites.h"
#include "daemon/web/state.h"

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

/* How long ago, in the largest unit that is not 0. */
static void put_ago(struct html *h, const json_t *seconds)
{
    int64_t n = json_integer_value(seconds);
    html_open_class(h, "td", "num");
    if (!json_is_integer(seconds))
        html_text(h, "–");
    else if (n < 120)
        html_say(h, N_("{1} s"), html_num(h, n), NULL);
    else if (n < 7200)
        html_say(h, N_("{1} min"), html_num(h, n / 60), NULL);
    else
        html_say(h, N_("{1} h"), html_num(h, n / 3600), NULL);
    html_close(h, "td");
}

static void put_peer(struct html *h, const json_t *peer)
{
    const char *name = sheet_text(peer, "name"), *host = sheet_text(peer, "hosted_by"),
               *cause = sheet_text(peer, "cause");
    const json_t *equal = json_object_get(peer, "digest_equal"), *heard = json_object_get(peer, "last_heard_s");
    err_t why = err_by_name(cause);
    html_open(h, "tr");
    html_open(h, "th");
    html_attr(h, "scope", "row");
    html_name(h, slice_text(*name ? name : sheet_text(peer, "site")));
    html_close(h, "th");
    html_open(h, "td");
    html_name(h, slice_text(sheet_text(peer, "ally_name")));
    html_close(h, "td");
    put_state(h, sheet_text(peer, "state"));
    html_cell_number(h, sheet_number(peer, "behind"));
    html_cell_number(h, sheet_number(peer, "ahead"));
    put_ago(h, heard);
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
    static const char *const columns[] = {N_("Site"),           N_("Ally"),         N_("State"),
                                          N_("They have more"), N_("We have more"), N_("Last heard"),
                                          N_("Transport"),      N_("Digests"),      N_("Remark")};
    size_t i;
    json_t *one;
    html_open_class(h, "div", "scroll");
    html_open(h, "table");
    html_element_tr(h, "caption",
                    N_("The other sites as seen from this one. More: commits that one of the two has and the other "
                       "lacks. Equal digests: both show the same."));
    html_open(h, "thead");
    html_open(h, "tr");
    for (i = 0; i < sizeof columns / sizeof *columns; i++)
        html_col(h, columns[i]);
    html_close(h, "tr");
    html_close(h, "thead");
    html_open(h, "tbody");
    json_array_foreach(peers, i, one) put_peer(h, one);
    html_close(h, "tbody");
    html_close(h, "table");
    html_close(h, "div");
}

static void show(struct http_request *q, const json_t *answer)
{
    struct sheet s;
    struct read read;
    const json_t *status = json_object_get(answer, "result"), *peers = json_object_get(status, "peers");
    if (answer_failed(q, answer) || !web_begin(q, NULL, &read))
        return;
    sheet_open(&s, q, &read,
               &(struct page){.title = tr(request_lang(q), N_("Sites")), .place = PAGE_SITES, .wide = true});
    state_say(&s.h, status);
    if (json_array_size(peers))
        put_peers(&s.h, peers);
    else
        html_element_tr(&s.h, "p", N_("No other site yet: nobody holds a copy."));
    sheet_close(&s, 200);
    web_end(q, &read);
}

void page_sites(struct http_request *q)
{
    ask_core(q, "status", NULL, show);
}
