/* Paths of Unix sockets longer than their address has room for. */
#include "daemon/bus/sockpath.h"
#include "tests/help/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

static void long_path_becomes_a_short_name_of_the_same_file(void **state)
{
    (void)state;
    char dir[64] = "/tmp/allied-bus-XXXXXX", deep[400], full[500];
    struct sockpath p;
    struct stat a, b;
    scratch_make(dir);
    snprintf(deep, sizeof deep, "%s/%0200d", dir, 1);
    assert_int_equal(mkdir(deep, 0700), 0);
    snprintf(full, sizeof full, "%s/a.sock", deep);
    assert_int_equal(sockpath_open(full, &p), ERR_OK);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", p.path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(stat(full, &a), 0);
    assert_int_equal(stat(p.path, &b), 0);
    assert_true(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    sockpath_close(&p);
    sockpath_close(&p);
    close(fd);
    scratch_remove(dir);
    assert_int_equal(sockpath_open("/tmp/control.sock", &p), ERR_OK);
    assert_string_equal(p.path, "/tmp/control.sock");
    assert_int_equal(p.dir, -1);
    sockpath_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_path_becomes_a_short_name_of_the_same_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
