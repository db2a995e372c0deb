#include "daemon/cmd/beside.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_plain(const char *path)
{
    struct stat st;
    return lstat(path, &st) != 0 || S_ISREG(st.st_mode);
}

err_t beside_open(struct beside *b, const char *path, struct why *why)
{
    *b = (struct beside){.path = path};
    bool plain = is_plain(path);
    int length = plain ? snprintf(b->fresh, sizeof b->fresh, "%s.new", path) : 0;
    if (length < 0 || (size_t)length >= sizeof b->fresh)
        return why_set(why, ERR_WRITE, "%.150s", path);
    b->to = fopen(plain ? b->fresh : path, "we");
    return b->to ? ERR_OK : why_set(why, err_of_errno(errno, ERR_WRITE), "%.150s", path);
}

err_t beside_close(struct beside *b, err_t err, struct why *why)
{
    if (fclose(b->to) != 0 && !err)
        err = why_set(why, err_of_errno(errno, ERR_WRITE), "%.150s", b->path);
    if (!err && *b->fresh && rename(b->fresh, b->path) != 0)
        err = why_set(why, err_of_errno(errno, ERR_WRITE), "%.150s", b->path);
    if (err && *b->fresh)
        unlink(b->fresh);
    return err;
}
