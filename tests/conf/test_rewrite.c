/* edit: one value changes, everything else stays byte for byte. */
#include "conf/rewrite.h"
#include "tests/help/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static struct why why;

static void becomes(const char *before, const char *name, const char *value, const char *after)
{
    struct buf out;
    buf_init(&out, 4096);
    err_t e = rewrite_text("a.conf", slice_text(before), setting_by_name(name), value, &out, &why);
    if (e != ERR_OK)
        fail_msg("%s: %s", err_name(e), why.text);
    assert_string_equal(buf_text(&out), after);
    buf_fini(&out);
}

static void a_value_is_replaced_where_it_stands(void **state)
{
    (void)state;
    becomes("# hello\nsite { name = old # keep\n language = fr }\n", "site.name", "L'été \"x\" \\ ${y}",
            "# hello\nsite { name = \"L'été \\\"x\\\" \\\\ \\${y}\" # keep\n language = fr }\n");
    becomes("peers{alert_after='1h'}", "peers.alert_after", "2d", "peers{alert_after=2d}");
    becomes("zeromq { announce = {\n a:1, # ours\n b:2 } }", "zeromq.announce", "c:3,  d:4",
            "zeromq { announce = {\"c:3\", \"d:4\"} }");
}

static void a_missing_setting_goes_to_the_end_of_its_section(void **state)
{
    (void)state;
    becomes("site {\n    name = a\n    # end\n}\nhttp { }\n", "site.language", "fr",
            "site {\n    name = a\n    # end\n    language = \"fr\"\n}\nhttp { }\n");
    becomes("http { }\n", "http.public_read", "false", "http { \n    public_read = false\n}\n");
    becomes("http {} # c", "http.listen", "", "http {\n    listen = \"\"\n} # c");
}

static void a_missing_section_is_added(void **state)
{
    (void)state;
    becomes("", "alerts.mail", "", "alerts {\n    mail = {}\n}\n");
    becomes("# last line", "storage.min_free", "1G", "# last line\n\nstorage {\n    min_free = 1G\n}\n");
}

static void every_default_can_be_written_and_read(void **state)
{
    (void)state;
    struct buf text, next;
    buf_init(&text, 65536);
    buf_init(&next, 65536);
    for (unsigned i = 0; i < SETTING_COUNT; i++) {
        buf_clear(&next);
        assert_int_equal(
            rewrite_text("a", buf_slice(&text), (enum setting)i, setting_fallback((enum setting)i), &next, NULL),
            ERR_OK);
        buf_clear(&text);
        buf_add(&text, buf_slice(&next));
    }
    assert_true(text.len > 400);
    buf_fini(&text);
    buf_fini(&next);
}

static void wrong_values_and_wrong_files_change_nothing(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(rewrite_text("a", slice_text(""), SETTING_PEERS_ALERT_AFTER, "soon", &out, &why),
                     ERR_CONFIG_DURATION);
    assert_string_equal(why.text, "peers.alert_after = \"soon\"");
    assert_int_equal(rewrite_text("a", slice_text(""), SETTING_SITE_NAME, "a\nb", &out, &why), ERR_CONFIG_VALUE);
    assert_int_equal(rewrite_text("a", slice_text("\nsite {"), SETTING_SITE_NAME, "x", &out, &why), ERR_CONFIG_OPEN);
    assert_string_equal(why.text, "a:2: site {");
    assert_int_equal(out.len, 0);
    buf_fini(&out);
}

static void files_are_made_kept_private_and_replaced_at_once(void **state)
{
    (void)state;
    char dir[] = "/tmp/allied-edit-XXXXXX", path[64], link_path[64], text[200];
    struct stat st, link_st;
    scratch_make(dir);
    snprintf(path, sizeof path, "%s/real.conf", dir);
    snprintf(link_path, sizeof link_path, "%s/allied.conf", dir);
    assert_int_equal(rewrite_file(path, "site.name", "Été", &why), ERR_OK);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(symlink(path, link_path), 0);
    assert_int_equal(rewrite_file(link_path, "site.name", "Hiver", &why), ERR_OK);
    assert_int_equal(rewrite_file(link_path, "site.nam", "x", &why), ERR_CONFIG_UNKNOWN);
    assert_string_equal(why.text, "site.nam (site.name?)");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(lstat(link_path, &link_st), 0);
    assert_true(S_ISLNK(link_st.st_mode));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    assert_string_equal(text, "site {\n    name = \"Hiver\"\n}\n");
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0); /* no temporary file stayed behind */
    assert_int_equal(rewrite_file("/nonexistent/a.conf", "site.name", "x", &why), ERR_FILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_replaced_where_it_stands),
        cmocka_unit_test(a_missing_setting_goes_to_the_end_of_its_section),
        cmocka_unit_test(a_missing_section_is_added),
        cmocka_unit_test(every_default_can_be_written_and_read),
        cmocka_unit_test(wrong_values_and_wrong_files_change_nothing),
        cmocka_unit_test(files_are_made_kept_private_and_replaced_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
