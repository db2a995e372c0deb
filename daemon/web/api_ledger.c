#include "daemon/web/api_ledger.h"

#include "daemon/ledger/years.h"
#include "daemon/read/say.h"
#include "daemon/web/api.h"
#include "daemon/web/web.h"

static const char *const names[] = {"year", "ally", "explain", "offset", "limit", NULL};

/* False: the problem is answered. */
static bool asked(struct http_request *q, json_t *args)
{
    static const char *const texts[] = {"ally", "explain", NULL};
    int64_t year = 0, offset = 0, limit = 0;
    err_t e = request_number(q, "year", 1, YEARS_LABEL_MAX, 0, &year);
    if (!e)
        e = request_number(q, "offset", 0, INT32_MAX, 0, &offset);
    if (!e)
        e = request_number(q, "limit", 1, API_LIMIT_MAX, API_LIMIT, &limit);
    if (e) {
        answer_error(q, e, NULL);
        return false;
    }
    say_put(args, "year", json_integer(year));
    say_put(args, "offset", json_integer(offset));
    say_put(args, "limit", json_integer(limit));
    api_pass(q, args, texts);
    return true;
}

void api_ledger(struct http_request *q)
{
    json_t *args = json_object();
    uint8_t key[KEPT_KEY_BYTES];
    api_key(q, "ledger", names, key);
    if (!asked(q, args) || api_kept_as(q, key)) {
        json_decref(args);
        return;
    }
    json_t *result = web_read(q, "ledger.show", args);
    if (result)
        api_keep_as(q, key, result);
}
