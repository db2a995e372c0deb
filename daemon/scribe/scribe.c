#include "daemon/scribe/scribe.h"
#include "conf/tr.h"
#include "daemon/commons/shortage.h"
#include "daemon/read/reader.h"
#include "daemon/read/say.h"
#include "daemon/scribe/copies.h"
#include "daemon/scribe/scribe_report.h"
#include "protocol/base/limits.h"
#include "protocol/base/utf8.h"
#include "protocol/wire/rd.h"
#include "protocol/wire/wr.h"
#include <time.h>
#include <unistd.h>

#define MESSAGE_BYTES (LIMIT_REQUEST_BYTES + 1024)
#define FRAME_BYTES   1024
#define SEND_TRIES    200
#define SEND_WAIT_US  10000

struct scribe {
    struct bus_end *core, *http;
    const char *path;
    struct reader *reader; /* NULL: not open (yet) */
    bool stop;
    struct copies copies;
    json_t *again; /* what is to be made anew; NULL: nothing */
    struct buf in, text, out;
};

/* ---- saying ---- */

/* HTTP's thread may end before us: what does not get through then is no loss. */
static void say(struct scribe *s, struct bus_end *end)
{
    err_t e = s->out.err ? s->out.err : bus_try_send(end, buf_slice(&s->out));
    for (int i = 0; e == ERR_TIMEOUT && i < SEND_TRIES; i++) {
        usleep(SEND_WAIT_US);
        e = bus_try_send(end, buf_slice(&s->out));
    }
}

static void say_answer_to(struct scribe *s, uint64_t ticket, err_t e)
{
    buf_clear(&s->out);
    wr_array(&s->out, 5);
    wr_uint(&s->out, BUS_HTTP_ANSWER);
    wr_uint(&s->out, ticket);
    wr_uint(&s->out, e ? 503 : 200);
    wr_text(&s->out, slice_text(err_name(e)));
    wr_bin(&s->out, e ? slice_text("") : buf_slice(&s->text));
    say(s, s->http);
}

/* ---- reading ---- */

static struct mono now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

/* Where the file lies is nobody's business: `why` is not told. */
static err_t open_reader(struct scribe *s)
{
    struct why why = {ERR_OK, ""};
    return s->reader ? ERR_OK : reader_open(s->path, &s->reader, &why);
}

static err_t begin(struct scribe *s, struct read *read)
{
    err_t e = open_reader(s);
    if (!e)
        e = reader_begin(s->reader, read);
    if (e) {
        reader_close(s->reader);
        copies_fini(&s->copies);
        s->reader = NULL;
    }
    return e;
}

static json_t *answer(struct scribe *s, const json_t *asked, read_fn *fn)
{
    struct read read;
    const struct why nothing = {ERR_OK, ""};
    const char *lang = json_string_value(json_object_get(asked, "lang"));
    shortage_clear();
    err_t e = fn ? begin(s, &read) : ERR_USAGE;
    if (e)
        return say_answer(e, &nothing, NULL);
    read.lang = tr_name(lang ? lang : "en") ? tr_name(lang ? lang : "en") : "en";
    read.args = json_object_get(asked, "args");
    e = fn(&read);
    json_t *out = say_answer(e, &read.why, read.result);
    reader_end(s->reader, &read);
    return out;
}

static read_fn *find(const char *what)
{
    return !what ? NULL : strcmp(what, "report") == 0 ? scribe_report : read_find(what);
}

static err_t make(struct scribe *s, const json_t *asked)
{
    int64_t before = 0, after = 0;
    bool known = open_reader(s) == ERR_OK && reader_state(s->reader, &before) == ERR_OK;
    json_t *said = answer(s, asked, find(json_string_value(json_object_get(asked, "do"))));
    buf_clear(&s->text);
    int bad = said ? json_dump_callback(said, utf8_json_piece, &s->text, JSON_COMPACT) : -1;
    known = known && reader_state(s->reader, &after) == ERR_OK && after == before;
    if (!bad && known && !json_object_get(said, "error"))
        copies_put(&s->copies, asked, before, now(), buf_slice(&s->text));
    json_decref(said);
    return s->text.err ? s->text.err : bad ? ERR_MEMORY : ERR_OK;
}

/* A page says of when it is; a file goes to who may compare it. */
static bool may_be_old(const json_t *asked)
{
    const char *what = json_string_value(json_object_get(asked, "do")),
               *form = json_string_value(json_object_get(json_object_get(asked, "args"), "form"));
    return what && form && strcmp(what, "report") == 0 && strcmp(form, REPORT_PAGE) == 0;
}

static void make_again(struct scribe *s, json_t *asked)
{
    json_decref(s->again);
    s->again = json_incref(asked);
}

static err_t find_or_make(struct scribe *s, json_t *asked)
{
    int64_t state = 0;
    bool fresh = false, known = s->reader && reader_state(s->reader, &state) == ERR_OK;
    struct slice copy = known ? copies_find(&s->copies, asked, state, now(), &fresh) : slice_of("", 0);
    if (!copy.len || !(fresh || may_be_old(asked)))
        return make(s, asked);
    if (!fresh)
        make_again(s, asked);
    buf_clear(&s->text);
    return buf_add(&s->text, copy);
}

/* What was asked twice meanwhile may have been made by now. */
static void catch_up(struct scribe *s)
{
    int64_t state = 0;
    bool fresh = false;
    if (s->reader && reader_state(s->reader, &state) == ERR_OK)
        copies_find(&s->copies, s->again, state, now(), &fresh);
    if (!fresh)
        (void)make(s, s->again);
    json_decref(s->again);
    s->again = NULL;
}

static void on_http(struct scribe *s, struct rd *r)
{
    uint64_t ticket = rd_uint(r, UINT64_MAX), what = rd_uint(r, UINT32_MAX);
    struct slice json = rd_bin(r, 0, LIMIT_REQUEST_BYTES);
    if (rd_end(r) != ERR_OK)
        return;
    json_t *asked =
        what == BUS_HTTP_REQUEST ? json_loadb((const char *)json.at, json.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    err_t e = asked ? find_or_make(s, asked) : ERR_USAGE;
    json_decref(asked);
    say_answer_to(s, ticket, e);
}

/* ---- the thread ---- */

/* Was there something? */
static bool hear(struct scribe *s, struct bus_end *end)
{
    struct rd r;
    if (bus_recv(end, 0, &s->in) != ERR_OK)
        return false;
    rd_init(&r, buf_slice(&s->in));
    rd_array(&r, 1, 8);
    uint64_t event = rd_uint(&r, UINT32_MAX);
    if (end == s->core)
        s->stop = event == BUS_STOP;
    else if (!r.err && event == BUS_HTTP)
        on_http(s, &r);
    return true;
}

void scribe_run(struct bus_end *core, struct bus_end *http, const char *path)
{
    struct scribe s = {.core = core, .http = http, .path = path};
    struct bus_end *const ends[] = {core, http};
    buf_init(&s.in, MESSAGE_BYTES);
    buf_init(&s.text, SCRIBE_ANSWER_BYTES);
    buf_init(&s.out, SCRIBE_ANSWER_BYTES + FRAME_BYTES);
    shortage_watch();
    wr_array(&s.out, 2);
    wr_uint(&s.out, BUS_LISTENING);
    wr_text(&s.out, slice_text(""));
    say(&s, core);
    while (!s.stop) {
        bus_wait(ends, 2, s.again ? 0 : -1);
        bool heard = hear(&s, core);
        if (!s.stop)
            heard |= hear(&s, http);
        if (!s.stop && !heard && s.again)
            catch_up(&s);
    }
    json_decref(s.again);
    reader_close(s.reader);
    copies_fini(&s.copies);
    buf_fini(&s.in);
    buf_fini(&s.text);
    buf_fini(&s.out);
}
