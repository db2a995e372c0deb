#include "daemon/cmd/progress.h"
#include "conf/tr.h"
#include <time.h>

#define FIRST_MS    1000
#define TERMINAL_MS 200
#define LINE_MS     10000

struct mono progress_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

void progress_init(struct progress *p, const struct out *out, struct mono now)
{
    *p = (struct progress){.out = out, .start = now};
}

static bool is_due(const struct progress *p, struct mono now)
{
    if (p->out->quiet || now.ms - p->start.ms < FIRST_MS)
        return false;
    return !p->ever || now.ms - p->shown.ms >= (p->out->terminal_say ? TERMINAL_MS : LINE_MS);
}

void progress_step(struct progress *p, struct mono now, const char *phase_msgid, uint64_t done, uint64_t part,
                   uint64_t whole)
{
    if (!is_due(p, now))
        return;
    int64_t spent_ms = now.ms - p->start.ms;
    uint64_t rate = done * 1000 / (uint64_t)spent_ms;
    /* 100 % is for whoever has checked that the work is done. */
    uint64_t percent = whole ? part * 100 / whole : 0;
    uint64_t left_s = part && whole > part ? (uint64_t)spent_ms * (whole - part) / part / 1000 : 0;
    const char *values[] = {tr(p->out->lang, phase_msgid), NUM(done), NUM(rate), NUM(percent > 99 ? 99 : percent),
                            NUM(left_s)};
    struct buf line;
    buf_init(&line, 4096);
    const char *form = !done   ? "{1} …" /* waiting has no rate */
                       : whole ? N_("{1}: {2}, {3} a second, {4} %, about {5} s left")
                               : N_("{1}: {2}, {3} a second");
    out_fill(&line, tr(p->out->lang, form), values, 5);
    fprintf(p->out->say, p->out->terminal_say ? "\r\033[K%s" : "%s\n", buf_text(&line) ? buf_text(&line) : "");
    fflush(p->out->say);
    buf_fini(&line);
    p->shown = now;
    p->ever = true;
}

void progress_end(struct progress *p)
{
    if (p->ever && p->out->terminal_say)
        fputs("\r\033[K", p->out->say);
    p->ever = false;
}
