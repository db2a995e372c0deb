/*
 * req_key: a new key for this site; the key that a charter may name as the registrar's next.
 */
#include "daemon/core/registrar.h"
#include "daemon/core/req.h"
#include "daemon/core/rotate.h"

err_t req_key_rotate(struct req *r)
{
    uint8_t fresh[SITE_BYTES], old[SITE_BYTES];
    bool switched = false, waits = false;
    if (!r->own)
        return ERR_STANDING;
    memcpy(old, r->own->key.pub, SITE_BYTES);
    err_t e = rotate_key(r->core, r->own, fresh, &waits, &r->read.why);
    /* Sessions of a daemon run on the old key: it changes over when it is opened anew. */
    if (!e && !waits && !r->core->serves)
        e = rotate_finish(r->core, &switched, &r->read.why);
    if (e)
        return e;
    say_put(r->read.result, "old", say_id(slice_of(old, SITE_BYTES)));
    say_put(r->read.result, "site", say_id(slice_of(fresh, SITE_BYTES)));
    say_put(r->read.result, "restart", json_boolean(!waits && !switched));
    say_put(r->read.result, "waits", json_boolean(waits));
    return ERR_OK;
}

err_t req_key_registrar(struct req *r)
{
    uint8_t key[SITE_BYTES];
    err_t e = registrar_next(r->core, key, &r->read.why);
    if (!e)
        say_put(r->read.result, "registrar", say_id(slice_of(key, SITE_BYTES)));
    return e;
}
