#include "daemon/web/year.h"
#include "daemon/ledger/years.h"
#include <inttypes.h>
#include <stdio.h>

bool year_of(struct http_request *q, int64_t *year)
{
    const char *text = request_part(q, "year");
    int64_t found = 0;
    if (*text && (strspn(text, "0123456789") != 4 || text[4])) {
        answer_problem(q, 404, ERR_YEAR);
        return false;
    }
    for (; *text; text++)
        found = found * 10 + (*text - '0');
    *year = found;
    return true;
}

bool year_failed(struct http_request *q, const json_t *answer)
{
    static const err_t of_path[] = {ERR_YEAR,        ERR_YEAR_EARLY,   ERR_YEAR_LATE,
                                    ERR_LEDGER_KIND, ERR_ALLY_UNKNOWN, ERR_AMBIGUOUS};
    err_t e = err_by_name(sheet_text(json_object_get(answer, "error"), "name"));
    for (size_t i = 0; i < sizeof of_path / sizeof *of_path; i++)
        if (e == of_path[i]) {
            answer_problem(q, 404, e);
            return true;
        }
    return answer_failed(q, answer);
}

static void put_link(struct html *h, const char *before, int64_t year, int64_t shown)
{
    char text[24], path[64];
    snprintf(text, sizeof text, "%" PRId64, year);
    snprintf(path, sizeof path, "%s%s", before, text);
    html_open(h, "li");
    if (html_open_link(h, slice_text(path))) {
        if (year == shown)
            html_attr(h, "aria-current", "page");
        html_text(h, text);
        html_close(h, "a");
    }
    html_close(h, "li");
}

/* Where nothing was ever closed, what is shown is the open year. */
void year_links(struct sheet *s, struct read *read, const char *before, int64_t shown)
{
    struct html *h = &s->h;
    struct years years;
    if (years_build(read->authority, &read->arena, &years))
        return;
    html_open_class(h, "nav", "years");
    html_attr_tr(h, "aria-label", N_("Years"));
    html_open(h, "ul");
    put_link(h, before, years.ends_n ? (int64_t)years.ends[years.ends_n - 1].label + 1 : shown, shown);
    for (size_t i = years.ends_n; i-- > 0;)
        put_link(h, before, years.ends[i].label, shown);
    html_close(h, "ul");
    html_close(h, "nav");
}
