// Tests of whole files: read, replaced at once, refused with the reason.
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "folder.h"
#include "io/file.h"

static void check_file(const char *path, const char *text)
{
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes;
    size_t n;
    assert_int_equal(fol_file_read(&ctx, path, &bytes, &n), FOL_OK);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(bytes, text, n);
    fol_free(bytes);
}

static void write_file(const char *path, const char *text)
{
    fol_context ctx;
    fol_context_init(&ctx);
    assert_int_equal(fol_file_write(&ctx, path, (const unsigned char *) text, strlen(text)), FOL_OK);
}

static void test_files(void **state)
{
    (void) state;
    struct stat about;
    write_file("a", "");
    check_file("a", "");
    write_file("a", "first");
    write_file("a", "second");
    check_file("a", "second");
    assert_int_equal(symlink("a", "link"), 0);
    write_file("link", "third");
    check_file("a", "third");
    assert_int_equal(lstat("link", &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    write_file("/dev/null", "nothing");
    assert_int_equal(stat("/dev/null", &about), 0);
    assert_true(S_ISCHR(about.st_mode));
    unlink("link");
    unlink("a");
}

// What a process leaves that is killed while it writes goes with the next writing of the same file; no more than that.
static void test_left_by_the_dead(void **state)
{
    (void) state;
    const pid_t dead = fork();
    if (dead == 0)
        _exit(0);
    assert_int_equal(waitpid(dead, NULL, 0), dead);
    char left[64], living[64], other[64];
    snprintf(left, sizeof left, "a.tmp-%ld", (long) dead);
    snprintf(living, sizeof living, "a.tmp-%ld", (long) getppid());
    snprintf(other, sizeof other, "ab.tmp-%ld", (long) dead);
    const char *const stay[] = {
        living, other, "a.tmp-", "a.tmp-0", "a.tmp--1", "a.tmp-12x", "a.tmp-999999999999999999999"};
    enum { N = sizeof stay / sizeof *stay };
    char whole[PATH_MAX];
    assert_non_null(getcwd(whole, sizeof whole - 8));
    strcat(whole, "/a");
    for (int way = 0; way < 2; way++) {
        write_file(left, "half");
        for (size_t i = 0; i < N; i++)
            write_file(stay[i], "other");
        write_file(way == 0 ? "a" : whole, "whole");
        assert_int_not_equal(access(left, F_OK), 0);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(unlink(stay[i]), 0);
        unlink("a");
    }
}

static void test_large_file(void **state)
{
    (void) state;
    const size_t n = 1000003;
    char *text = malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        text[i] = (char) ('a' + i * i % 23);
    text[n] = '\0';
    write_file("large", text);
    check_file("large", text);
    free(text);
    unlink("large");
}

static void test_files_refused(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes;
    size_t n;
    assert_int_equal(fol_file_read(&ctx, "missing", &bytes, &n), FOL_E_FILE);
    assert_string_equal(ctx.message, "missing cannot be read: No such file or directory.");
    assert_string_equal(ctx.failure.source, "missing");
    assert_null(bytes);
    assert_int_equal(fol_file_read(&ctx, ".", &bytes, &n), FOL_E_FILE);
    assert_string_equal(ctx.message, ". cannot be read: Is a directory.");
    assert_int_equal(fol_file_write(&ctx, "no/such", (const unsigned char *) "x", 1), FOL_E_FILE);
    assert_string_equal(ctx.message, "no/such cannot be written: No such file or directory.");
    assert_int_equal(fol_file_write(&ctx, ".", (const unsigned char *) "x", 1), FOL_E_FILE);
    assert_int_equal(fol_file_write(&ctx, "/dev/full", (const unsigned char *) "x", 1), FOL_E_FILE);
    assert_string_equal(ctx.message, "/dev/full cannot be written: No space left on device.");
    assert_string_equal(ctx.failure.source, "/dev/full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_left_by_the_dead),
        cmocka_unit_test(test_large_file),
        cmocka_unit_test(test_files_refused),
    };
    return cmocka_run_group_tests_name("file", tests, make_folder, remove_folder);
}
