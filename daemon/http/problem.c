#include "daemon/http/problem.h"
#include "conf/tr.h"
#include <microhttpd.h>
#include <string.h>

static const struct {
    err_t err;
    unsigned status;
} statuses[] = {
    {ERR_NOT_FOUND,     404},
    {ERR_STALE,         412},
    {ERR_JSON,          400},
    {ERR_RETIRED,       410},
    {ERR_NO_CONFLICT,   404},
    {ERR_NOTHING_TO_DO, 409},
    {ERR_TOO_LARGE,     413},
    {ERR_CURSOR,        400},
    {ERR_AMBIGUOUS,     409},
    {ERR_UNANSWERED,    503},
    {ERR_HTTP_PATH,     404},
    {ERR_HTTP_METHOD,   405},
    {ERR_HTTP_FRAMING,  400},
    {ERR_HTTP_ENCODING, 400},
    {ERR_HTTP_UNKNOWN,  400},
    {ERR_HTTP_TWICE,    400},
    {ERR_HTTP_VALUE,    400},
    {ERR_HTTP_HOST,     421},
    {ERR_HTTP_ORIGIN,   403},
    {ERR_TOKEN_NEEDED,  401},
    {ERR_TOKEN_WRONG,   401},
    {ERR_TOKEN_SCOPE,   403},
    {ERR_HTTP_OFTEN,    429},
    {ERR_HTTP_ACCEPT,   406},
    {ERR_HTTP_IF_MATCH, 428},
    {ERR_HTTP_LATE,     504},
};
/* By the exit code of a command that ends by it (INTERFACE.md). */
static const struct {
    int exit_code;
    unsigned status;
} exits[] = {
    {2,  503},
    {3,  502},
    {4,  409},
    {5,  403},
    {64, 400},
    {65, 422},
    {69, 503},
    {75, 503},
};

unsigned problem_status(err_t e)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].err == e)
            return statuses[i].status;
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++)
        if (exits[i].exit_code == err_exit(e))
            return exits[i].status;
    return 500;
}

/* The error's sentence and its data, with the colon of the language. */
static json_t *detail_of(const char *what, const char *text, const char *lang)
{
    const char *pattern = tr(lang, N_("{1}: {2}")), *colon = pattern + strlen("{1}");
    return *text ? json_sprintf("%s%.*s%s", what, (int)strcspn(colon, "{"), colon, text) : json_string(what);
}

json_t *problem_json(unsigned status, err_t e, const char *text, const char *lang)
{
    return json_pack("{s:s, s:s, s:I, s:o, s:s, s:o}", "type", "about:blank", "title",
                     MHD_get_reason_phrase_for(status), "status", (json_int_t)status, "detail",
                     detail_of(tr(lang, err_what(e)), text, lang), "code", err_name(e), "number",
                     json_sprintf("ALLIED-%d", err_number(e)));
}
