#include "tests/help/store_fixture.h"

#include "daemon/store/guard.h"
#include "protocol/base/base32.h"
#include "tests/help/scratch.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char dir[64], path[96];
};
static const struct guard_state some = {
    42, 7, {1, 2, 3}
};

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    assert_int_equal(sign_start(), ERR_OK);
    snprintf(p->dir, sizeof p->dir, "/dev/shm/allied-guard-XXXXXX");
    scratch_make(p->dir);
    snprintf(p->path, sizeof p->path, "%s/x.guard", p->dir);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    scratch_remove(p->dir);
    unsetenv("RUNTIME_DIRECTORY");
    unsetenv("XDG_RUNTIME_DIR");
    free(p);
    return 0;
}

static void write_once(const char *path)
{
    struct guard g;
    assert_int_equal(guard_open(path, &g, NULL), ERR_OK);
    assert_int_equal(guard_write(&g, &some), ERR_OK);
    guard_close(&g);
}

static err_t read_once(const char *path, struct guard_state *out)
{
    struct guard g;
    assert_int_equal(guard_open(path, &g, NULL), ERR_OK);
    err_t e = guard_read(&g, out);
    guard_close(&g);
    return e;
}

static void a_guard_outlives_its_process(void **state)
{
    struct place *p = *state;
    struct guard_state got = {0}, next = {INT64_MAX, INT64_MAX, {9}};
    struct guard g;
    assert_int_equal(read_once(p->path, &got), ERR_NOT_FOUND);
    write_once(p->path);
    assert_int_equal(read_once(p->path, &got), ERR_OK);
    assert_memory_equal(&got, &some, sizeof got);
    assert_int_equal(guard_open(p->path, &g, NULL), ERR_OK);
    assert_int_equal(guard_write(&g, &next), ERR_OK);
    assert_int_equal(guard_read(&g, &got), ERR_OK);
    assert_memory_equal(&got, &next, sizeof got);
    guard_close(&g);
    assert_int_equal(store_fixture_size(p->path), 64);
}

static void a_boot_takes_the_guard_and_its_directory_along(void **state)
{
    struct place *p = *state;
    struct guard_state got;
    write_once(p->path);
    store_fixture_remove_tree(p->dir);
    assert_int_equal(read_once(p->path, &got), ERR_NOT_FOUND);
    write_once(p->path); /* its directory is made again */
    assert_int_equal(read_once(p->path, &got), ERR_OK);
}

static void a_damaged_guard_is_none(void **state)
{
    struct place *p = *state;
    struct guard_state got;
    uint8_t form[65] = {0};
    write_once(p->path);
    FILE *file = fopen(p->path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(form, 1, 64, file), 64);
    fclose(file);
    for (size_t bit = 0; bit < 64 * 8; bit++) {
        form[bit / 8] ^= (uint8_t)(1u << bit % 8);
        store_fixture_file(p->path, form, 64);
        assert_int_equal(read_once(p->path, &got), ERR_NOT_FOUND);
        form[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t len = 0; len < 64; len++) {
        store_fixture_file(p->path, form, len);
        assert_int_equal(read_once(p->path, &got), ERR_NOT_FOUND);
    }
    store_fixture_file(p->path, form, 65);
    assert_int_equal(read_once(p->path, &got), ERR_NOT_FOUND);
    store_fixture_file(p->path, form, 64);
    assert_int_equal(read_once(p->path, &got), ERR_OK);
}

static void a_guard_behind_a_symlink_is_none(void **state)
{
    struct place *p = *state;
    struct guard_state got;
    char elsewhere[112];
    write_once(p->path);
    snprintf(elsewhere, sizeof elsewhere, "%s.real", p->path);
    assert_int_equal(rename(p->path, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, p->path), 0);
    assert_int_equal(read_once(p->path, &got), ERR_NOT_FOUND);
}

static void a_second_holder_is_told_that_it_is_locked(void **state)
{
    struct place *p = *state;
    struct guard first, second;
    struct why why = {0};
    assert_int_equal(guard_open(p->path, &first, &why), ERR_OK);
    assert_int_equal(guard_open(p->path, &second, &why), ERR_LOCKED);
    assert_int_equal(why.code, ERR_LOCKED);
    assert_true(fcntl(first.lock_fd, F_GETFD) & FD_CLOEXEC);
    guard_close(&first);
    assert_int_equal(guard_open(p->path, &second, &why), ERR_OK);
    guard_close(&second);
}

static void a_killed_holder_leaves_no_lock(void **state)
{
    struct place *p = *state;
    struct guard g;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool got = guard_open(p->path, &g, NULL) == ERR_OK && write(ready[1], "x", 1) == 1;
        pause();
        _exit(!got);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(guard_open(p->path, &g, NULL), ERR_LOCKED);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(guard_open(p->path, &g, NULL), ERR_OK);
    guard_close(&g);
    close(ready[0]);
    close(ready[1]);
}

static void a_guard_that_cannot_be_written_says_so(void **state)
{
    struct place *p = *state;
    struct guard g;
    struct guard_state got;
    struct why why = {0};
    assert_int_equal(guard_open("/dev/shm/allied-none/deeper/x.guard", &g, &why), ERR_GUARD);
    assert_int_equal(why.code, ERR_GUARD);
    assert_int_equal(guard_open(p->path, &g, NULL), ERR_OK);
    assert_int_equal(guard_write(&g, &some), ERR_OK);
    char away[80], fresh[112];
    snprintf(away, sizeof away, "%s.away", p->dir);
    assert_int_equal(rename(p->dir, away), 0);
    assert_int_equal(guard_write(&g, &some), ERR_GUARD);
    assert_int_equal(rename(away, p->dir), 0);
    /* What an earlier crash left of a new file does not stand in the way. */
    snprintf(fresh, sizeof fresh, "%s.new", p->path);
    store_fixture_file(fresh, "half", 4);
    assert_int_equal(guard_write(&g, &some), ERR_OK);
    assert_int_equal(guard_read(&g, &got), ERR_OK);
    guard_close(&g);
}

static void without_a_path_the_state_lives_in_the_process(void **state)
{
    struct guard g;
    struct guard_state got;
    (void)state;
    assert_int_equal(guard_open("", &g, NULL), ERR_OK);
    assert_int_equal(g.lock_fd, -1);
    assert_int_equal(guard_read(&g, &got), ERR_NOT_FOUND);
    assert_int_equal(guard_write(&g, &some), ERR_OK);
    assert_int_equal(guard_read(&g, &got), ERR_OK);
    assert_memory_equal(&got, &some, sizeof got);
    guard_close(&g);
    assert_int_equal(guard_read(&g, &got), ERR_NOT_FOUND);
}

static void closing_a_zeroed_guard_leaves_descriptor_0_open(void **state)
{
    struct guard g = {0};
    (void)state;
    int fd = fcntl(0, F_GETFD);
    guard_close(&g);
    guard_close(NULL);
    assert_int_equal(fcntl(0, F_GETFD), fd);
}

static void the_first_place_on_tmpfs_is_chosen(void **state)
{
    struct place *p = *state;
    uint8_t site[SITE_BYTES] = {0xab, 1, 2, 3};
    char path[512], want[256], id[BASE32_LEN(SITE_BYTES) + 1], list[200], xdg[100];
    struct stat st;
    base32_encode(slice_of(site, SITE_BYTES), id);
    snprintf(list, sizeof list, "%s:/somewhere/else", p->dir);
    setenv("RUNTIME_DIRECTORY", list, 1);
    setenv("XDG_RUNTIME_DIR", p->dir, 1);
    guard_choose(site, path, sizeof path);
    snprintf(want, sizeof want, "%s/%.16s.guard", p->dir, id);
    assert_string_equal(path, want);
    unsetenv("RUNTIME_DIRECTORY");
    guard_choose(site, path, sizeof path);
    snprintf(want, sizeof want, "%s/allied/%.16s.guard", p->dir, id);
    assert_string_equal(path, want);
    snprintf(xdg, sizeof xdg, "%s/allied", p->dir);
    assert_int_equal(stat(xdg, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    write_once(path);
}

static void a_place_that_others_could_write_to_is_passed_over(void **state)
{
    const struct place p = *(const struct place *)*state;
    uint8_t site[SITE_BYTES] = {0xab};
    struct statfs fs;
    char path[512], link[100], disk[] = "/tmp/allied-guard-XXXXXX";
    setenv("XDG_RUNTIME_DIR", p.dir, 1);
    size_t n = strlen(p.dir);
    /* open to others */
    setenv("RUNTIME_DIRECTORY", p.dir, 1);
    chmod(p.dir, 0770);
    guard_choose(site, path, sizeof path);
    assert_int_equal(strncmp(path + n, "/allied/", 8), 0);
    chmod(p.dir, 0700);
    /* a symlink */
    snprintf(link, sizeof link, "%s/link", p.dir);
    assert_int_equal(symlink(p.dir, link), 0);
    setenv("RUNTIME_DIRECTORY", link, 1);
    guard_choose(site, path, sizeof path);
    assert_int_equal(strncmp(path + n, "/allied/", 8), 0);
    /* relative, and empty */
    setenv("RUNTIME_DIRECTORY", "here", 1);
    guard_choose(site, path, sizeof path);
    assert_int_equal(strncmp(path + n, "/allied/", 8), 0);
    assert_int_not_equal(access("here", F_OK), 0);
    setenv("RUNTIME_DIRECTORY", "", 1);
    guard_choose(site, path, sizeof path);
    assert_int_equal(strncmp(path + n, "/allied/", 8), 0);
    /* a disk, which a backup would carry along (unless /tmp is tmpfs itself) */
    scratch_make(disk);
    setenv("RUNTIME_DIRECTORY", disk, 1);
    guard_choose(site, path, sizeof path);
    if (statfs(disk, &fs) == 0 && fs.f_type != TMPFS_MAGIC)
        assert_int_equal(strncmp(path + n, "/allied/", 8), 0);
    scratch_remove(disk);
    /* no room for the path */
    guard_choose(site, path, 10);
    assert_string_equal(path, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(a_guard_outlives_its_process),
        T(a_boot_takes_the_guard_and_its_directory_along),
        T(a_damaged_guard_is_none),
        T(a_guard_behind_a_symlink_is_none),
        T(a_second_holder_is_told_that_it_is_locked),
        T(a_killed_holder_leaves_no_lock),
        T(a_guard_that_cannot_be_written_says_so),
        T(without_a_path_the_state_lives_in_the_process),
        T(closing_a_zeroed_guard_leaves_descriptor_0_open),
        T(the_first_place_on_tmpfs_is_chosen),
        T(a_place_that_others_could_write_to_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
