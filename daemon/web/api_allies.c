#include "daemon/web/api_allies.h"
#include "daemon/http/ask.h"

static void show(struct http_request *q, const json_t *answer)
{
    if (!answer_failed(q, answer)) /* who asks to be let in is the registrar's affair */
        answer_json(q, 200, json_pack("{s:O}", "allies", json_object_get(json_object_get(answer, "result"), "allies")));
}

void api_allies(struct http_request *q)
{
    ask_core(q, "allies", NULL, show);
}
