#include "daemon/bus/sockpath.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

_Static_assert(sizeof((struct sockpath *)0)->path == sizeof((struct sockaddr_un *)0)->sun_path, "a name that fits");

static err_t open_dir(const char *path, const char **name, int *out)
{
    char dir[4096];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof dir)
        return ERR_FILE;
    memcpy(dir, path, len);
    dir[len] = 0;
    int fd = open(slash ? (len ? dir : "/") : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR_FILE;
    *name = slash ? slash + 1 : path;
    *out = fd;
    return ERR_OK;
}

err_t sockpath_open(const char *path, struct sockpath *out)
{
    struct sockpath p = {.dir = -1};
    int n;
    if (strlen(path) < sizeof p.path) {
        n = snprintf(p.path, sizeof p.path, "%s", path);
    } else {
        const char *name;
        err_t err = open_dir(path, &name, &p.dir);
        if (err)
            return err;
        n = snprintf(p.path, sizeof p.path, "/proc/self/fd/%d/%s", p.dir, name);
    }
    if (n <= 0 || (size_t)n >= sizeof p.path) {
        sockpath_close(&p);
        return ERR_FILE;
    }
    *out = p;
    return ERR_OK;
}

void sockpath_close(struct sockpath *p)
{
    if (p->dir >= 0)
        close(p->dir);
    p->dir = -1;
}
