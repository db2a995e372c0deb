#include "daemon/read/roll.h"
#include "daemon/store/local.h"
#include "daemon/store/rolls.h"

err_t roll_alliance(struct store *s, struct arena *arena, const uint8_t **alliance)
{
    struct slice id;
    err_t e = local_get(s, SETTING_ALLIANCE, arena, &id);
    if (!e && id.len != ALLIANCE_BYTES)
        e = ERR_DATABASE;
    if (!e)
        *alliance = id.at;
    return e;
}

err_t roll_input(struct store *s, struct arena *arena, struct authority_input *out)
{
    struct slice *charters = NULL, *acts = NULL, chain;
    *out = (struct authority_input){0};
    err_t e = roll_alliance(s, arena, &out->alliance);
    if (!e)
        e = rolls_charters(s, arena, &charters, &out->charters_n);
    if (!e)
        e = rolls_acts(s, arena, &acts, &out->acts_n);
    if (e)
        return e;
    out->charters = charters;
    out->acts = acts;
    e = local_get(s, SETTING_CHAIN, arena, &chain);
    if (!e && chain.len % HASH_BYTES == 0) {
        out->chain = (const uint8_t(*)[HASH_BYTES])(uintptr_t)chain.at;
        out->chain_n = chain.len / HASH_BYTES;
    }
    /* A chain that is there and could not be read is no reason to choose anew among rivals. */
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
