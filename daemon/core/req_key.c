/*
 * req_key: a new key for this site.
 */
#include "daemon/core/req.h"
#include "daemon/core/rotate.h"

err_t req_key_rotate(struct req *r)
{
    uint8_t fresh[SITE_BYTES], old[SITE_BYTES];
    bool switched = false, waits = false;
    if (!core_own(r->core))
        return ERR_STANDING;
    memcpy(old, core_own(r->core)->key.pub, SITE_BYTES);
    err_t e = rotate_key(r->core, fresh, &waits, &r->why);
    /* Sessions of a daemon run on the old key: it changes over when it is opened anew. */
    if (!e && !waits && !r->core->serves)
        e = rotate_finish(r->core, &switched, &r->why);
    if (e)
        return e;
    req_put(r->result, "old", req_id(slice_of(old, SITE_BYTES)));
    req_put(r->result, "site", req_id(slice_of(fresh, SITE_BYTES)));
    req_put(r->result, "restart", json_boolean(!waits && !switched));
    req_put(r->result, "waits", json_boolean(waits));
    return ERR_OK;
}
