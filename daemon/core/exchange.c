#include "daemon/core/exchange.h"
#include "daemon/core/sync.h"
#include <stdlib.h>

/* ---- links ---- */

static struct exchange *find(const struct core *c, uint64_t link)
{
    for (size_t i = 0; i < c->exchanges_n; i++)
        if (c->exchanges[i]->link == link)
            return c->exchanges[i];
    return NULL;
}

bool exchange_is(const struct core *c, uint64_t link)
{
    return find(c, link) != NULL;
}

struct own *exchange_own(struct core *c, const uint8_t site[SITE_BYTES])
{
    for (size_t i = 0; i < c->own_n; i++)
        if (memcmp(c->own[i].key.pub, site, SITE_BYTES) == 0)
            return &c->own[i];
    return NULL;
}

struct exchange *exchange_new(struct core *c, uint64_t link)
{
    void *array = c->exchanges;
    err_t e = core_grow(&array, c->exchanges_n, &c->exchanges_room, sizeof *c->exchanges);
    c->exchanges = array;
    struct exchange *x = e ? NULL : calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->link = link;
    x->heard = core_mono(c);
    c->exchanges[c->exchanges_n++] = x;
    return x;
}

static void drop_said(struct exchange *x, size_t n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n; i++) {
        x->said_bytes -= x->said[i].len;
        buf_fini(&x->said[i]);
    }
    memmove(x->said, x->said + n, (x->said_n - n) * sizeof *x->said);
    x->said_n -= n;
    x->first += n;
}

static void free_one(struct exchange *x)
{
    drop_said(x, x->said_n);
    free(x->said);
    free(x->url);
    free(x);
}

void exchange_connect(struct core *c, uint64_t link, const uint8_t site[SITE_BYTES], struct slice endpoint)
{
    struct exchange *x = exchange_new(c, link);
    size_t n = endpoint.len;
    while (n && endpoint.at[n - 1] == '/')
        n--;
    if (x)
        x->url = calloc(1, n + sizeof EXCHANGE_PATH);
    if (!x || !x->url) {
        if (x)
            x->over = x->gone = true;
        sync_link_down(c, link, ERR_MEMORY);
        return;
    }
    x->asks = true;
    x->hold_ms = EXCHANGE_HOLD_MS;
    memcpy(x->self, core_own(c)->key.pub, SITE_BYTES);
    memcpy(x->site, site, SITE_BYTES);
    memcpy(x->url, endpoint.at, n);
    memcpy(x->url + n, EXCHANGE_PATH, sizeof EXCHANGE_PATH);
}

/* ---- what is said ---- */

static err_t keep(struct exchange *x, struct slice message)
{
    void *array = x->said;
    if (x->said_bytes + message.len > LIMIT_QUEUE_BYTES)
        return ERR_TOO_LARGE;
    err_t e = core_grow(&array, x->said_n, &x->said_room, sizeof *x->said);
    x->said = array;
    if (e)
        return e;
    buf_init(&x->said[x->said_n], LIMIT_MESSAGE_BYTES);
    e = buf_add(&x->said[x->said_n], message);
    if (e)
        return e;
    x->said_bytes += message.len;
    x->said_n++;
    return ERR_OK;
}

void exchange_send(struct core *c, uint64_t link, struct slice message)
{
    struct exchange *x = find(c, link);
    if (!x)
        c->env.send(c->env.ctx, link, message);
    else if (!x->over && !x->broken)
        x->broken = keep(x, message);
}

void exchange_close(struct core *c, uint64_t link)
{
    struct exchange *x = find(c, link);
    if (!x) {
        c->env.close(c->env.ctx, link);
        return;
    }
    x->over = true;
    x->end.ms = core_mono(c).ms + EXCHANGE_LINGER_MS;
    x->gone = !x->said_n || (x->asks && !x->has_session);
}

size_t exchange_pick(const struct exchange *x, uint64_t from, size_t bytes, bool one, struct slice list[EXCHANGE_LIST])
{
    size_t n = 0, sum = 0, skip = from > x->first ? (size_t)(from - x->first) : 0;
    for (size_t i = skip; i < x->said_n && n < EXCHANGE_LIST; i++) {
        sum += x->said[i].len;
        if (sum > bytes && !(one && n == 0))
            break;
        list[n++] = buf_slice(&x->said[i]);
    }
    return n;
}

void exchange_arrived(struct exchange *x, uint64_t received)
{
    if (received > x->first)
        drop_said(x, (size_t)(received - x->first));
}

/* A message may end the link: what comes after it is nobody's. */
void exchange_take(struct core *c, struct exchange *x, uint64_t first, const struct slice *messages, size_t n)
{
    for (size_t i = 0; i < n && !x->over && !c->fatal; i++) {
        if (first + i > x->taken)
            return;
        if (first + i < x->taken)
            continue;
        x->taken++;
        sync_frame(c, x->link, messages[i]);
    }
}

void exchange_over(struct core *c, struct exchange *x, err_t why)
{
    bool told = x->over;
    x->over = x->gone = true;
    if (!told)
        sync_link_down(c, x->link, why);
}

/* ---- time ---- */

static bool is_done(const struct exchange *x, struct mono now)
{
    if (!x->up && !x->asks && now.ms - x->heard.ms >= EXCHANGE_OPEN_MS)
        return true;
    return x->over && !x->held.ticket && (x->gone || now.ms >= x->end.ms);
}

static void sweep(struct core *c, struct mono now)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->exchanges_n; i++) {
        struct exchange *x = c->exchanges[i];
        if (is_done(x, now)) {
            if (x->asks)
                exchange_ask_stop(c, x);
            free_one(x);
        } else {
            c->exchanges[kept++] = x;
        }
    }
    c->exchanges_n = kept;
}

void exchange_flush(struct core *c)
{
    struct mono now = core_mono(c);
    for (size_t i = 0; i < c->exchanges_n; i++) {
        struct exchange *x = c->exchanges[i];
        if (x->broken && !x->over)
            exchange_over(c, x, x->broken);
        if (x->asks)
            exchange_ask_flush(c, x, now);
        else
            exchange_answer_flush(c, x, now);
    }
    sweep(c, now);
}

/* What was said last goes out now or never. */
void exchange_stop(struct core *c)
{
    for (size_t i = 0; i < c->exchanges_n; i++)
        if (c->exchanges[i]->asks)
            exchange_ask_stop(c, c->exchanges[i]);
    exchange_flush(c);
}

void exchange_free(struct core *c)
{
    for (size_t i = 0; i < c->exchanges_n; i++)
        free_one(c->exchanges[i]);
    free(c->exchanges);
    c->exchanges = NULL;
    c->exchanges_n = c->exchanges_room = 0;
}
