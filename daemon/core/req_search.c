/*
 * req_search: searches are the index's to answer (daemon/index/index.h), on its own thread or at its own time: the core hands them on.
 */
#include "daemon/core/req.h"
#include <stdlib.h>

static err_t hand_on(struct req *r, const char *what)
{
    const struct env *env = &r->core->env;
    if (!env->search)
        return ERR_NO_INDEX;
    json_t *request = json_pack("{s:s, s:s, s:O*}", "do", what, "lang", r->read.lang, "args", r->read.args);
    char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    if (!text)
        return ERR_MEMORY;
    r->later = true;
    env->search(env->ctx, r->client, slice_text(text));
    free(text);
    return ERR_OK;
}

err_t req_search(struct req *r)
{
    return hand_on(r, "search");
}

err_t req_suggest(struct req *r)
{
    return hand_on(r, "suggest");
}
