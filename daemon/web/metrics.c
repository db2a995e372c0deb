#include "daemon/web/metrics.h"
#include "daemon/core/problems.def"
#include "daemon/http/answer.h"
#include "daemon/http/ask.h"
#include "daemon/http/tally.h"
#include "protocol/base/buf.h"
#include <inttypes.h>
#include <string.h>

#define METRICS_MAX_BYTES (4u << 20)

/* ---- the form ---- */

static void family(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* In a label's value a backslash, a quote and the end of a line are written with a backslash. */
static void put_quoted(struct buf *b, const char *text)
{
    buf_byte(b, '"');
    for (; *text; text++) {
        if (*text == '\\' || *text == '"' || *text == '\n')
            buf_byte(b, '\\');
        buf_byte(b, *text == '\n' ? 'n' : (uint8_t)*text);
    }
    buf_byte(b, '"');
}

struct label {
    const char *name, *value;
};
static void sample(struct buf *b, const char *name, const struct label *labels, size_t n)
{
    buf_printf(b, "%s", name);
    for (size_t i = 0; i < n; i++) {
        buf_printf(b, "%c%s=", i ? ',' : '{', labels[i].name);
        put_quoted(b, labels[i].value);
    }
    buf_printf(b, n ? "} " : " ");
}

static void whole(struct buf *b, int64_t n)
{
    buf_printf(b, "%" PRId64 "\n", n);
}

/* A number of thousandths, or of millionths, as one with a point. */
static void of_ms(struct buf *b, int64_t ms)
{
    buf_printf(b, "%" PRId64 ".%03d\n", ms / 1000, (int)(ms % 1000));
}

static void of_us(struct buf *b, uint64_t us)
{
    buf_printf(b, "%" PRIu64 ".%06d\n", us / 1000000, (int)(us % 1000000));
}

/* ---- this site ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void put_infos(struct buf *b, const json_t *status)
{
    char fold[24], state[17], inputs[17];
    snprintf(fold, sizeof fold, "%" PRId64, (int64_t)json_integer_value(json_object_get(status, "fold")));
    snprintf(state, sizeof state, "%.16s", text_of(status, "digest"));
    snprintf(inputs, sizeof inputs, "%.16s", text_of(status, "inputs"));
    const struct label build[] = {
        {"version", ALLIED_VERSION},
        {"fold",    fold          }
    };
    const struct label site[] = {
        {"alliance", text_of(status, "alliance")},
        {"ally",     text_of(status, "ally")    },
        {"name",     text_of(status, "name")    },
        {"site",     text_of(status, "site")    }
    };
    const struct label digest[] = {
        {"inputs", inputs},
        {"state",  state }
    };
    family(b, "allied_build_info", "gauge", "The program's version, and that of its rules of folding.");
    sample(b, "allied_build_info", build, 2);
    whole(b, 1);
    family(b, "allied_site_info", "gauge", "Which site this is.");
    sample(b, "allied_site_info", site, 4);
    whole(b, 1);
    family(b, "allied_digest_info", "gauge",
           "The beginnings of the digests of what came in and of what it makes: equal where sites are.");
    sample(b, "allied_digest_info", digest, 2);
    whole(b, 1);
}

static void put_state(struct buf *b, const json_t *status)
{
    static const char *const states[] = {"ok",      "syncing", "degraded", "readonly",
                                         "stopped", "joining", "refused",  "recovering"};
    family(b, "allied_state", "gauge", "1 for the state this site is in, as allied status says it.");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        sample(b, "allied_state", &(struct label){"state", states[i]}, 1);
        whole(b, strcmp(states[i], text_of(status, "state")) == 0);
    }
}

enum of { WHOLE, MS };
static const struct {
    const char *name, *type, *of, *key;
    enum of unit;
    const char *help;
} numbers[] = {
    {"allied_records",                     "gauge",   NULL,          "records",       WHOLE, "Published records of all allies."                      },
    {"allied_concepts",                    "gauge",   NULL,          "concepts",      WHOLE, "Concepts of the thesaurus."                            },
    {"allied_commits",                     "gauge",   NULL,          "commits",       WHOLE, "Commits in all logs."                                  },
    {"allied_conflicts",                   "gauge",   NULL,          "conflicts",     WHOLE, "Records and concepts with values in conflict."         },
    {"allied_holes",                       "gauge",   NULL,          "holes",         WHOLE, "Texts of commits that are missing here."               },
    {"allied_held_logs",                   "gauge",   NULL,          "held",          WHOLE, "Logs that are held: what follows in them is set aside."},
    {"allied_aside_commits",               "gauge",   NULL,          "aside",         WHOLE, "Commits that were set aside."                          },
    {"allied_unheld_commits",              "gauge",   NULL,          "unheld",        WHOLE, "Commits of this site that no peer holds yet."          },
    {"allied_charter_number",              "gauge",   NULL,          "charter",       WHOLE, "The number of the charter in force."                   },
    {"allied_sync_received_bytes_total",   "counter", "traffic",     "bytes_in",      WHOLE,
     "Bytes that came over links with peers since the daemon started."                                                                               },
    {"allied_sync_sent_bytes_total",       "counter", "traffic",     "bytes_out",     WHOLE,
     "Bytes that went over links with peers since the daemon started."                                                                               },
    {"allied_sync_received_commits_total", "counter", "traffic",     "commits_in",    WHOLE,
     "Commits that came from peers since the daemon started."                                                                                        },
    {"allied_sync_repeated_commits_total", "counter", "traffic",     "commits_again", WHOLE,
     "Of those, the ones that were here already."                                                                                                    },
    {"allied_store_size_bytes",            "gauge",   "disk",        "store_bytes",   WHOLE, "Bytes of the database."                                },
    {"allied_store_wal_size_bytes",        "gauge",   "disk",        "wal_bytes",     WHOLE, "Bytes of its write-ahead log."                         },
    {"allied_disk_free_bytes",             "gauge",   "disk",        "free_bytes",    WHOLE,
     "Bytes free for this site on the disk of the data directory."                                                                                   },
    {"allied_disk_size_bytes",             "gauge",   "disk",        "total_bytes",   WHOLE, "Bytes of the disk of the data directory."              },
    {"allied_propagation_p50_seconds",     "gauge",   "propagation", "p50_ms",        MS,
     "How long half of the fresh commits of others took to get here, in the last 24 h."                                                              },
    {"allied_propagation_p95_seconds",     "gauge",   "propagation", "p95_ms",        MS,
     "How long 95 % of the fresh commits of others took at most, in the last 24 h."                                                                  },
    {"allied_propagation_samples",         "gauge",   "propagation", "samples",       WHOLE, "How many commits that is said of."                     },
    {"allied_backup_age_seconds",          "gauge",   NULL,          "backup_age_s",  WHOLE, "How long ago the last backup was made."                },
};

/* What is not known is left out: 0 would be a value. */
static void put_numbers(struct buf *b, const json_t *status)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const json_t *in = numbers[i].of ? json_object_get(status, numbers[i].of) : status;
        const json_t *value = json_object_get(in, numbers[i].key);
        if (!json_is_integer(value))
            continue;
        family(b, numbers[i].name, numbers[i].type, numbers[i].help);
        sample(b, numbers[i].name, NULL, 0);
        if (numbers[i].unit == MS)
            of_ms(b, json_integer_value(value));
        else
            whole(b, json_integer_value(value));
    }
}

static void put_start(struct buf *b, const struct tally *t)
{
    family(b, "allied_start_time_seconds", "gauge", "Since when the daemon runs, in Unix seconds.");
    sample(b, "allied_start_time_seconds", NULL, 0);
    of_ms(b, t->since.ms);
}

/* ---- problems ---- */

static bool is_told(const json_t *status, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(status, "problems"), i,
                       one) if (strcmp(text_of(one, "problem"), name) == 0) return true;
    return false;
}

/* Every row is there, so that an alert can tell "no" from "nobody asked". */
static void put_problems(struct buf *b, const json_t *status)
{
    static const struct {
        err_t err;
        const char *name, *level;
    } rows[] = {
#define DEGRADED                                  "degraded"
#define WARNING                                   "warning"
#define INFO                                      "info"
#define N_(text)                                  text
#define X(id, err, group, who, level, name, next) {err, name, level},
        PROBLEMS(X)
#undef X
#undef N_
#undef INFO
#undef WARNING
#undef DEGRADED
    };
    family(b, "allied_problem", "gauge", "1 where allied status tells of this problem.");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char code[24];
        snprintf(code, sizeof code, "ALLIED-%d", err_number(rows[i].err));
        const struct label labels[] = {
            {"code",  code         },
            {"name",  rows[i].name },
            {"level", rows[i].level}
        };
        sample(b, "allied_problem", labels, 3);
        whole(b, is_told(status, rows[i].name));
    }
}

/* ---- peers ---- */

static const char *const peer_states[] = {"live", "syncing", "connecting", "unreachable", "relayed", "unknown"};
static const char *const transports[] = {"zmq", "http"};

static void put_peer_states(struct buf *b, const json_t *peers)
{
    family(b, "allied_peers", "gauge", "Sites of other daemons, by how the session with them is and what carries it.");
    for (size_t s = 0; s < sizeof peer_states / sizeof *peer_states; s++)
        for (size_t t = 0; t < sizeof transports / sizeof *transports; t++) {
            const struct label labels[] = {
                {"state",     peer_states[s]},
                {"transport", transports[t] }
            };
            size_t i, n = 0;
            json_t *peer;
            json_array_foreach(peers, i, peer) n += strcmp(text_of(peer, "state"), peer_states[s]) == 0 &&
                                                    strcmp(text_of(peer, "transport"), transports[t]) == 0;
            sample(b, "allied_peers", labels, 2);
            whole(b, (int64_t)n);
        }
}

static const struct {
    const char *name, *key, *help;
    enum of unit;
} of_peers[] = {
    {"allied_peer_behind_commits",     "behind",       "Commits that the peer has and this site lacks.",          WHOLE},
    {"allied_peer_ahead_commits",      "ahead",        "Commits that this site has and the peer lacks.",          WHOLE},
    {"allied_peer_last_heard_seconds", "last_heard_s", "How long ago the peer was last heard.",                   WHOLE},
    {"allied_peer_rtt_seconds",        "rtt_ms",       "How long a ping of the peer took.",                       MS   },
    {"allied_peer_digest_equal",       "digest_equal", "1 where the peer and this site have folded to the same.", WHOLE},
};

static void put_peers(struct buf *b, const json_t *peers)
{
    put_peer_states(b, peers);
    for (size_t m = 0; m < sizeof of_peers / sizeof *of_peers; m++) {
        size_t i;
        json_t *peer;
        family(b, of_peers[m].name, "gauge", of_peers[m].help);
        json_array_foreach(peers, i, peer)
        {
            const json_t *value = json_object_get(peer, of_peers[m].key);
            const struct label labels[] = {
                {"peer", text_of(peer, "name")},
                {"site", text_of(peer, "site")}
            };
            if (!json_is_integer(value) && !json_is_boolean(value))
                continue;
            sample(b, of_peers[m].name, labels, 2);
            if (of_peers[m].unit == MS)
                of_ms(b, json_integer_value(value));
            else
                whole(b, json_is_boolean(value) ? json_is_true(value) : json_integer_value(value));
        }
    }
}

/* ---- HTTP ---- */

/* Of row `n` of the tally; what has no route is one together. */
static void route_labels(const struct routes *all, size_t n, struct label labels[3])
{
    labels[0] = (struct label){"method", n < all->n ? all->at[n].method : ""};
    labels[1] = (struct label){"route", n < all->n ? all->at[n].path : "none"};
}

static uint64_t answered(const struct tally_row *row)
{
    uint64_t n = 0;
    for (size_t i = 0; i < TALLY_CLASSES; i++)
        n += row->answered[i];
    return n;
}

static void put_requests(struct buf *b, const struct routes *all, const struct tally *t)
{
    static const char *const classes[TALLY_CLASSES] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
    family(b, "allied_http_requests_total", "counter", "Requests that were answered, by route and class of status.");
    for (size_t n = 0; n < t->n; n++)
        for (size_t i = 0; i < TALLY_CLASSES; i++) {
            struct label labels[3] = {
                [2] = {"status", classes[i]}
            };
            if (!t->rows[n].answered[i])
                continue;
            route_labels(all, n, labels);
            sample(b, "allied_http_requests_total", labels, 3);
            whole(b, (int64_t)t->rows[n].answered[i]);
        }
}

#define DURATION "allied_http_request_duration_seconds"

static void put_duration(struct buf *b, const struct routes *all, const struct tally *t, size_t n)
{
    struct label labels[3] = {
        [2] = {"le", "+Inf"}
    };
    uint64_t so_far = 0;
    route_labels(all, n, labels);
    for (size_t i = 0; i < TALLY_BOUNDS; i++) {
        char bound[32];
        snprintf(bound, sizeof bound, "%g", (double)tally_bounds_us[i] / 1e6);
        labels[2].value = bound;
        sample(b, DURATION "_bucket", labels, 3);
        whole(b, (int64_t)(so_far += t->rows[n].within[i]));
    }
    labels[2].value = "+Inf";
    sample(b, DURATION "_bucket", labels, 3);
    whole(b, (int64_t)answered(&t->rows[n]));
    sample(b, DURATION "_sum", labels, 2);
    of_us(b, t->rows[n].sum_us);
    sample(b, DURATION "_count", labels, 2);
    whole(b, (int64_t)answered(&t->rows[n]));
}

static void put_durations(struct buf *b, const struct routes *all, const struct tally *t)
{
    family(b, DURATION, "histogram", "From a request's headers to the first byte of its answer.");
    for (size_t n = 0; n < t->n; n++)
        if (answered(&t->rows[n]))
            put_duration(b, all, t, n);
}

/* ---- serving ---- */

static void told(struct http_request *q, const json_t *answer)
{
    const json_t *status = json_object_get(answer, "result");
    struct buf b;
    if (answer_failed(q, answer))
        return;
    buf_init(&b, METRICS_MAX_BYTES);
    put_infos(&b, status);
    put_start(&b, request_tally(q));
    put_state(&b, status);
    put_numbers(&b, status);
    put_problems(&b, status);
    put_peers(&b, json_object_get(status, "peers"));
    put_requests(&b, request_routes(q), request_tally(q));
    put_durations(&b, request_routes(q), request_tally(q));
    answer_taken(q, 200, "text/plain; version=0.0.4; charset=utf-8", &b);
}

void metrics_serve(struct http_request *q)
{
    ask_core(q, "status", NULL, told);
}
