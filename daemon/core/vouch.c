#include "daemon/core/vouch.h"

err_t vouch_may(const struct core *c, const uint8_t site[SITE_BYTES])
{
    const struct site *s = authority_site(&c->authority, site);
    const struct ally *ally = authority_ally_of(&c->authority, site);
    if (!s || s->ended || !ally || ally->ended)
        return ERR_STANDING;
    return ally->ratified && !ally->suspended ? ERR_OK : ERR_NOT_REGISTRAR;
}

err_t vouch_make(struct core *c, const struct msg_join *in, int64_t taken_ms, int64_t expires_ms, struct buf *word,
                 struct msg_join *out)
{
    struct own *own = core_own(c);
    struct vouch v = {.expires_s = (uint64_t)(expires_ms / 1000)};
    *out = *in;
    v.taken_s = (uint64_t)((taken_ms < expires_ms ? taken_ms : expires_ms) / 1000);
    memcpy(v.alliance, c->authority.alliance, ALLIANCE_BYTES);
    memcpy(v.inviter, own->key.pub, SITE_BYTES);
    hash256(v.request, &in->request, 1);
    vouch_encode(&v, word);
    out->word = buf_slice(word);
    return word->err ? word->err : sign_make(&own->key, DOMAIN_VOUCH, out->word, out->inviter_signature);
}

err_t vouch_check(const struct core *c, const struct msg_join *m, struct vouch *out, struct why *why)
{
    uint8_t request[HASH_BYTES];
    err_t e = vouch_decode(m->word, out);
    hash256(request, &m->request, 1);
    if (!e && memcmp(out->alliance, c->authority.alliance, ALLIANCE_BYTES) != 0)
        e = ERR_ALLIANCE;
    if (!e)
        e = sign_check(out->inviter, DOMAIN_VOUCH, m->word, m->inviter_signature);
    /* Another request's word. */
    if (!e && memcmp(out->request, request, HASH_BYTES) != 0)
        e = ERR_SIGNATURE;
    if (!e)
        e = vouch_may(c, out->inviter);
    return e ? why_set(why, e, "%s", "word") : ERR_OK;
}
