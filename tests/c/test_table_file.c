// Tests of table files: what is read from CSV and .npy, what is refused, and the exact round trip.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "io/table_file.h"

static void put_file(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

// Reads `n` bytes as a file of that name and removes it.
static fol_status read_bytes(fol_context *ctx, const char *path, const void *bytes, size_t n, fol_table *table)
{
    fol_context_init(ctx);
    put_file(path, bytes, n);
    const fol_status status = fol_table_read(ctx, path, FOL_HEADER_AUTO, table);
    unlink(path);
    if (status != FOL_OK)
        assert_true(!table->data && !table->names && !table->comment && table->n == 0 && table->d == 0);
    return status;
}

// Texts that hold the rows 1 2 / 3.5 -4e-3, and the names they give (NULL: none).
static const struct {
    const char *text;
    const char *names[2];
} good[] = {
    {"1,2\n3.5,-4e-3\n", {NULL}},
    {"1,2\n3.5,-4e-3", {NULL}},
    {"a,b\n1,2\n3.5,-4e-3\n", {"a", "b"}},
    {"a,b\r\n1,2\r\n3.5,-4e-3\r\n", {"a", "b"}},
    {"\xef\xbb\xbf"
     "a,b\n1,2\n3.5,-4e-3\n",
     {"a", "b"}},
    {"\xef\xbb\xbf"
     "1,2\n3.5,-4e-3\n",
     {NULL}},
    {"# made by hand\n\n  # twice\na,b\n# and here\n1,2\n3.5,-4e-3\n\n# end\n  \n", {"a", "b"}},
    {"a;b\n1;2\n3.5;-4e-3\n", {"a", "b"}},
    {"a\tb\n1\t2\n3.5\t-4e-3\n", {"a", "b"}},
    {"  a b  \n1  2\n 3.5 \t -4e-3 \n", {"a", "b"}},
    {" a , b \n 1 , 2 \n\t3.5\t,\t-4e-3\t\n", {"a", "b"}},
    {"\"a\",\"b\"\n1,2\n3.5,-4e-3\n", {"a", "b"}},
    {"\"a, \"\"x\"\"\",\"b;c\"\n\"1\",\"2\"\n\"3.5\" , \"-4e-3\"\n", {"a, \"x\"", "b;c"}},
    {"\"1\",\"NA\"\n1,2\n3.5,-4e-3\n", {"1", "NA"}},
    {"\"# a\",\xc3\xa9\n1.0,+2\n0003.5,-.4e-02\n", {"# a", "\xc3\xa9"}},
    {"x 1;y 2\n1;2.\n3.5;-0.004\n", {"x 1", "y 2"}},
    {"# caf\xe9\na,b\n1,2\n3.5,-4e-3\n", {"a", "b"}},
};

static void test_good_csv(void **state)
{
    (void) state;
    static const double wanted[] = {1, 2, 3.5, -4e-3};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        fol_context ctx;
        fol_table table;
        if (read_bytes(&ctx, "data.csv", good[i].text, strlen(good[i].text), &table) != FOL_OK)
            fail_msg("case %zu: %s", i, ctx.message);
        assert_int_equal(table.n, 2);
        assert_int_equal(table.d, 2);
        assert_memory_equal(table.data, wanted, sizeof wanted);
        assert_int_equal(table.names != NULL, good[i].names[0] != NULL);
        for (size_t j = 0; table.names && j < 2; j++)
            assert_string_equal(table.names[j], good[i].names[j]);
        fol_table_clear(&table);
    }
}

// First lines of numbers: what they are taken for, and whether that is said.
static const struct {
    fol_header header;
    bool names, guessed;
    const char *text;
} numbered[] = {
#define BELOW "1.5,2\n0.5,7\n3,4\n2,3\n9,1\n"
#define QUOTED "\"1.5\",\"2\"\n\"0.5\",\"7\"\n\"3\",\"4\"\n\"2\",\"3\"\n\"9\",\"1\"\n"
    {FOL_HEADER_AUTO, true, true, "2019,2020\n" BELOW},
    {FOL_HEADER_NO, false, false, "2019,2020\n" BELOW},
    {FOL_HEADER_YES, true, false, "2019,2020\n" BELOW},
    {FOL_HEADER_AUTO, false, true, "2,3\n" BELOW},
    {FOL_HEADER_AUTO, false, false, "2.5,3\n" BELOW},
    {FOL_HEADER_AUTO, false, false, "2019,2\n" BELOW},
    {FOL_HEADER_AUTO, true, false, "\"2\",\"3\"\n" BELOW},
    {FOL_HEADER_AUTO, false, true, "\"2\",\"3\"\n" QUOTED},
    {FOL_HEADER_AUTO, true, true, "\"2019\",\"2020\"\n" QUOTED},
    {FOL_HEADER_NO, false, false, "\"2\",\"3\"\n" BELOW},
    {FOL_HEADER_YES, true, false, "# no,names\n2.5,NA\n" BELOW},
};

static void test_header(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
        fol_context ctx;
        fol_table table;
        fol_context_init(&ctx);
        put_file("data.csv", numbered[i].text, strlen(numbered[i].text));
        if (fol_table_read(&ctx, "data.csv", numbered[i].header, &table) != FOL_OK)
            fail_msg("case %zu: %s", i, ctx.message);
        unlink("data.csv");
        if (table.n != (numbered[i].names ? 5 : 6) || (table.names != NULL) != numbered[i].names ||
            table.guessed != numbered[i].guessed)
            fail_msg("case %zu: %zu rows, guessed %d", i, table.n, table.guessed);
        if (table.names)
            assert_true(table.data[0] == 1.5 && table.data[9] == 1);
        fol_table_clear(&table);
    }
}

static const struct {
    const char *text, *sentence;
} bad[] = {
    {"null,null\n1,2\n", "data.csv, line 1, column 1: a number is wanted, not 'null'."},
    {"inf,b\n1,2\n", "data.csv, line 1, column 1: a number is wanted, not 'inf'."},
    {"a,b,a\n1,2,3\n", "data.csv, line 1: a name of its own for each column is wanted, not 'a' twice."},
    {"", "data.csv: at least one row of numbers is wanted, not none."},
    {"\n\n# nothing\n", "data.csv: at least one row of numbers is wanted, not none."},
    {"a,b\n", "data.csv: at least one row of numbers is wanted, not none."},
    {"a,b\n1,2\n3,abc\n", "data.csv, line 3, column 2: a number is wanted, not 'abc'."},
    {"a,b\r\n1,2\r\n3,abc\r\n", "data.csv, line 3, column 2: a number is wanted, not 'abc'."},
    {"1,2\n\"x\"\"y\",3\n", "data.csv, line 2, column 1: a number is wanted, not 'x\"\"y'."},
    {"1,abc\n3,4\n", "data.csv, line 1, column 2: a number is wanted, not 'abc'."},
    {"NA,b\n3,4\n", "data.csv, line 1, column 1: a number is wanted, not 'NA'."},
    {"1,2\n,4\n", "data.csv, line 2, column 1: a number is wanted, not an empty cell."},
    {"1,2\n3,\n", "data.csv, line 2, column 2: a number is wanted, not an empty cell."},
    {"1,2\n3,NA\n", "data.csv, line 2, column 2: a number is wanted, not 'NA'."},
    {"1,2\n3,nan\n", "data.csv, line 2, column 2: a number is wanted, not 'nan'."},
    {"1,2\n3,-Inf\n", "data.csv, line 2, column 2: a number is wanted, not '-Inf'."},
    {"1,2\n3,1e999\n", "data.csv, line 2, column 2: a finite number is wanted, not '1e999'."},
    {"1,2\n3,0x10\n", "data.csv, line 2, column 2: a number is wanted, not '0x10'."},
    {"1,2\n3,4 5\n", "data.csv, line 2, column 2: a number is wanted, not '4 5'."},
    {"1,2\n3,1e\n", "data.csv, line 2, column 2: a number is wanted, not '1e'."},
    {"1,2\n3,.\n", "data.csv, line 2, column 2: a number is wanted, not '.'."},
    {"1;2\n3;1,5\n", "data.csv, line 2, column 2: a number is wanted, not '1,5'."},
    {"1,2\n3,aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeee\n",
     "data.csv, line 2, column 2: a number is wanted, not 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd...'."},
    {"1,2\n3,aaaaaaaaaabbbbbbbbbbccccccccccdddddddd\xe2\x82\xac\n",
     "data.csv, line 2, column 2: a number is wanted, not 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddd...'."},
    {"1,2\n3,\xe2\x82\xac\n", "data.csv, line 2, column 2: a number is wanted, not '\xe2\x82\xac'."},
    {"1,2\n3,4\xb0\xc2\x9b\x1b[31m\n", "data.csv, line 2, column 2: a number is wanted, not '4???[31m'."},
    {"1,2\r3,4\r", "data.csv, line 1, column 2: a number is wanted, not '2?3'."},
    {"1,2\n3,\"4\n5\"\n", "data.csv, line 2, column 2: a closing quote is wanted, not '\"4'."},
    {"1,2\n3,Infinity\n", "data.csv, line 2, column 2: a number is wanted, not 'Infinity'."},
    {"1,2\n3,1e-+5\n", "data.csv, line 2, column 2: a number is wanted, not '1e-+5'."},
    {"1,2\n3\n", "data.csv, line 2: a row of 2 columns is wanted, not of 1."},
    {"1,2\n3,4,5,6\n", "data.csv, line 2: a row of 2 columns is wanted, not of 4."},
    {"a,b,c\n3,4\n", "data.csv, line 2: a row of 3 columns is wanted, not of 2."},
    {"a b\n\"1\" 3 4\n", "data.csv, line 2: a row without a name is wanted, not one that begins with a row name; "
                         "write.table(row.names = FALSE) leaves them out."},
    {"a,b\n\"x y\",3,4\n", "data.csv, line 2: a row without a name is wanted, not one that begins with a row name; "
                           "write.table(row.names = FALSE) leaves them out."},
    {"1\t2\n3\t4\t\n", "data.csv, line 2: a row of 2 columns is wanted, not of 3."},
    {"1,2\n\n3,4\n", "data.csv, line 2: a row is wanted, not a blank line."},
    {"\"a,b\n1,2\n", "data.csv, line 1, column 1: a closing quote is wanted, not '\"a,b'."},
    {"a,\"b\"c\n1,2\n", "data.csv, line 1, column 2: a separator after the quote is wanted, not 'c'."},
    {"\"\",\"b\"\n1,2\n", "data.csv, line 1, column 1: a name is wanted, not an empty cell (row names are not read)."},
    {"a,\xff\n1,2\n", "data.csv, line 1, column 2: a name in UTF-8 is wanted."},
};

static void test_bad_csv(void **state)
{
    (void) state;
    fol_context ctx;
    fol_table table;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_bytes(&ctx, "data.csv", bad[i].text, strlen(bad[i].text), &table), FOL_E_INPUT);
        assert_string_equal(ctx.message, bad[i].sentence);
    }
    assert_int_equal(read_bytes(&ctx, "data.csv", "1,2\n3\0,4\n", 9, &table), FOL_E_INPUT);
    assert_string_equal(ctx.message, "data.csv, line 2: text is wanted, not a zero byte.");
    assert_int_equal(read_bytes(&ctx, "data.csv",
                                "\xff\xfe"
                                "1\0,\0"
                                "2\0",
                                8, &table),
                     FOL_E_INPUT); // UTF-16
    assert_string_equal(ctx.message, "data.csv, line 1: text is wanted, not a zero byte.");
}

// Lines that stand in front of the first row are kept, and no others.
static void test_comment(void **state)
{
    (void) state;
    static const struct {
        const char *text, *comment;
    } cases[] = {
        {"1\n", NULL},
        {"#\n1\n", ""},
        {"#\n#  a\n1\n", "\n a"},
        {"# follmer 1\n\n\t#seed: 7\r\nx\n# \xc3\xa9\n1\n# end\n2\n", "follmer 1\nseed: 7\n\xc3\xa9"},
        {"# caf\xe9\n# b\n1\n", "b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fol_context ctx;
        fol_table table;
        assert_int_equal(read_bytes(&ctx, "data.csv", cases[i].text, strlen(cases[i].text), &table), FOL_OK);
        assert_int_equal(table.comment != NULL, cases[i].comment != NULL);
        if (table.comment)
            assert_string_equal(table.comment, cases[i].comment);
        fol_table_clear(&table);
    }
}

// Cells, names, comments and lines far longer than any buffer.
static void test_long(void **state)
{
    (void) state;
    enum { LONG = 300000, MANY = 1000000 };
    fol_context ctx;
    fol_table table;
    char *text = malloc(10 * MANY + 4 * LONG);
    memset(text, 'n', 4 * LONG);
    memcpy(text, "# ", 2);
    text[LONG] = '\n';
    text[2 * LONG] = '\n';
    memset(text + 2 * LONG + 1, '0', LONG);
    memcpy(text + 2 * LONG + 1, "-2.5", 4);
    assert_int_equal(read_bytes(&ctx, "data.csv", text, 3 * LONG, &table), FOL_OK);
    assert_true(table.n == 1 && table.d == 1 && table.data[0] == -2.5);
    assert_int_equal(strlen(table.comment), LONG - 2);
    assert_int_equal(strlen(table.names[0]), LONG - 1);
    fol_table_clear(&table);

    for (size_t j = 0; j < MANY; j++)
        snprintf(text + 8 * j, 9, "n%06zu,", j);
    text[8 * MANY - 1] = '\n';
    for (size_t j = 0; j < MANY; j++)
        memcpy(text + 8 * MANY + 2 * j, "7,", 2);
    assert_int_equal(read_bytes(&ctx, "data.csv", text, 10 * MANY, &table), FOL_E_INPUT);
    assert_string_equal(ctx.message, "data.csv, line 2: a row of 1000000 columns is wanted, not of 1000001.");
    text[10 * MANY - 2] = 'x';
    assert_int_equal(read_bytes(&ctx, "data.csv", text, 10 * MANY - 1, &table), FOL_E_INPUT);
    assert_string_equal(ctx.message, "data.csv, line 2, column 1000000: a number is wanted, not 'x'.");
    text[10 * MANY - 2] = '8';
    assert_int_equal(read_bytes(&ctx, "data.csv", text, 10 * MANY - 1, &table), FOL_OK);
    assert_true(table.n == 1 && table.d == MANY && table.data[0] == 7 && table.data[MANY - 1] == 8);
    fol_table_clear(&table);
    free(text);
}

static void test_columns(void **state)
{
    (void) state;
    fol_context ctx;
    fol_table table;
    double columns[6];
    assert_int_equal(read_bytes(&ctx, "data.csv", "1,2,3\n4,5,6\n", 12, &table), FOL_OK);
    fol_table_columns(&table, columns);
    assert_memory_equal(columns, ((double[]){1, 4, 2, 5, 3, 6}), sizeof columns);
    fol_table_clear(&table);
}

static int stop(const fol_progress *progress, void *data)
{
    (void) data;
    return !strcmp(progress->task, "read");
}

static void test_interrupted(void **state)
{
    (void) state;
    static const double data[] = {1, 2};
    static const fol_table_layout layout = {2, 0, 1, NULL, NULL};
    static const char *const path[] = {"a.csv", "a.npy"};
    for (int k = 0; k < 2; k++) {
        fol_context ctx;
        fol_table table;
        fol_table_writer *writer;
        fol_context_init(&ctx);
        assert_int_equal(fol_table_writer_open(&ctx, path[k], &layout, &writer), FOL_OK);
        assert_int_equal(fol_table_writer_append(&ctx, writer, 2, data), FOL_OK);
        assert_int_equal(fol_table_writer_close(&ctx, writer), FOL_OK);
        ctx.poll = stop;
        assert_int_equal(fol_table_read(&ctx, path[k], FOL_HEADER_AUTO, &table), FOL_E_INTERRUPT);
        assert_true(!table.data && !table.names && table.n == 0 && table.d == 0);
        unlink(path[k]);
    }
}

// Digits as they are typed give the double that strtod gives: the fast path rounds as the slow one.
static void test_digits(void **state)
{
    (void) state;
    static const char *const words[] = {
        "0.1",
        "123456789012345678",
        "9007199254740993",
        "9007199254740992.5",
        "0.30000000000000004",
        "1e-5",
        "4.9e-324",
        "1.7976931348623157e308",
        "-0",
        "0.000000000000000001",
        "1234.5678901234567",
        "9007199254740992",
        "0.9007199254740993",
        "00000000000000000000000.1",
        "100000000000000000000",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        fol_context ctx;
        fol_table table;
        assert_int_equal(read_bytes(&ctx, "data.csv", words[i], strlen(words[i]), &table), FOL_OK);
        const double wanted = strtod(words[i], NULL);
        assert_memory_equal(table.data, &wanted, sizeof wanted);
        fol_table_clear(&table);
    }
}

// Numbers of every size, the hard ones first.
static double number(size_t i)
{
    static const double hard[] = {0.1, -0.0, 1.0 / 3, DBL_MAX, -DBL_MIN, 4.9e-324, 1e22, 123456789, 0.1 + 0.2};
    if (i < sizeof hard / sizeof *hard)
        return hard[i];
    return ldexp(sin((double) i), (int) (i * 7 % 200) - 100);
}

// Writes n x points x d numbers in three pieces.
static void write_table(const char *path, const fol_table_layout *layout, const double *data)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_table_writer *writer;
    const size_t width = (layout->points > 0 ? layout->points : 1) * layout->d,
                 cut[] = {0, 1, layout->n / 2, layout->n};
    assert_int_equal(fol_table_writer_open(&ctx, path, layout, &writer), FOL_OK);
    for (int k = 0; k < 3; k++)
        assert_int_equal(fol_table_writer_append(&ctx, writer, cut[k + 1] - cut[k], data + cut[k] * width), FOL_OK);
    assert_int_equal(fol_table_writer_close(&ctx, writer), FOL_OK);
}

static void check_round_trip(const char *path, bool named)
{
    enum { N = 20000, D = 3 };
    static const char *const names[] = {"plain.name_1", "with \"quotes\", commas", "NA"};
    fol_context ctx;
    fol_context_init(&ctx);
    fol_table table;
    double *data = malloc(N * D * sizeof *data);
    for (size_t i = 0; i < N * D; i++)
        data[i] = number(i);
    const fol_table_layout layout = {N, 0, D, named ? names : NULL, "follmer 1\nseed: 7"};
    write_table(path, &layout, data);
    assert_int_equal(fol_table_read(&ctx, path, FOL_HEADER_AUTO, &table), FOL_OK);
    assert_int_equal(table.n, N);
    assert_int_equal(table.d, D);
    assert_memory_equal(table.data, data, N * D * sizeof *data);
    assert_int_equal(strstr(path, ".npy") == NULL, table.names != NULL);
    for (size_t j = 0; table.names && j < D; j++)
        assert_string_equal(table.names[j], named ? names[j] : ((const char *[]){"x1", "x2", "x3"})[j]);
    fol_table_clear(&table);
    free(data);
    unlink(path);
}

static void test_round_trips(void **state)
{
    (void) state;
    check_round_trip("a.csv", true);
    check_round_trip("a.csv", false);
    check_round_trip("a.npy", false);
}

// The bytes of what is written.
static void check_written(const char *path, const fol_table_layout *layout, const char *wanted, size_t n)
{
    static const double data[] = {1, 2.5, 3, -4, 0.1, 1e100, 7, 8};
    char bytes[1024];
    write_table(path, layout, data);
    FILE *file = fopen(path, "rb");
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), n);
    fclose(file);
    assert_memory_equal(bytes, wanted, n);
    unlink(path);
}

static void test_written(void **state)
{
    (void) state;
    static const char *const names[] = {"a", "b c"};
    const fol_table_layout rows = {4, 0, 2, names, "one\ntwo\n"}, paths = {2, 2, 2, names, NULL};
    const char *csv = "#one\n#two\na,\"b c\"\n1,2.5\n3,-4\n0.1,1e+100\n7,8\n";
    check_written("a.csv", &rows, csv, strlen(csv));
    csv = "path,point,a,\"b c\"\n1,0,1,2.5\n1,1,3,-4\n2,0,0.1,1e+100\n2,1,7,8\n";
    check_written("a.csv", &paths, csv, strlen(csv));

    char npy[128 + 64];
    const double data[] = {1, 2.5, 3, -4, 0.1, 1e100, 7, 8};
    memset(npy, ' ', 128);
    memcpy(npy, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(npy + 10, "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 2), }", 59);
    npy[127] = '\n';
    memcpy(npy + 128, data, sizeof data);
    check_written("a.npy", &rows, npy, sizeof npy);
    memcpy(npy + 10, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2, 2), }", 62);
    check_written("a.npy", &paths, npy, sizeof npy);
}

static void test_locale(void **state)
{
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
        print_message("no locale with a decimal comma is installed\n");
    test_round_trips(state);
    test_written(state);
    setlocale(LC_NUMERIC, "C");
}

static size_t make_npy(unsigned char *bytes, int version, const char *header, const void *data, size_t size)
{
    const uint32_t length = (uint32_t) strlen(header);
    const size_t start = version == 1 ? 10 : 12;
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (unsigned char) version;
    bytes[7] = 0;
    memcpy(bytes + 8, &length, start - 8);
    memcpy(bytes + start, header, length);
    memcpy(bytes + start + length, data, size);
    return start + length + size;
}

static void check_npy(int version, const char *header, const void *data, size_t size, size_t n, size_t d,
                      const double *wanted)
{
    fol_context ctx;
    fol_table table;
    unsigned char bytes[512];
    const size_t total = make_npy(bytes, version, header, data, size);
    for (size_t i = 0; i < total; i++)
        assert_true(read_bytes(&ctx, "a.npy", bytes, i, &table) == FOL_E_INPUT); // cut short
    bytes[total] = 0;
    assert_int_equal(read_bytes(&ctx, "a.npy", bytes, total + 1, &table), FOL_E_INPUT);
    if (read_bytes(&ctx, "a.dat", bytes, total, &table) != FOL_OK) // known by its first byte, too
        fail_msg("%s", ctx.message);
    assert_true(table.n == n && table.d == d && !table.names);
    assert_memory_equal(table.data, wanted, n * d * sizeof *wanted);
    fol_table_clear(&table);
}

static void test_good_npy(void **state)
{
    (void) state;
    static const double rows[] = {1, 2, 3, 4, 5, 6}, columns[] = {1, 3, 5, 2, 4, 6};
    static const float single[] = {1, 2, 3, 4, 5, 6}, single_columns[] = {1, 3, 5, 2, 4, 6};
    check_npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }  \n", rows, sizeof rows, 3, 2, rows);
    check_npy(2, "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }\n", columns, sizeof columns, 3, 2, rows);
    check_npy(3, "{'shape':(3,2),'fortran_order':False,'descr':'<f4'}", single, sizeof single, 3, 2, rows);
    check_npy(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2)}", single_columns, sizeof single, 3, 2, rows);
    check_npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }\n", rows, sizeof rows, 6, 1, rows);
}

static const struct {
    const char *header, *sentence;
} bad_npy[] = {
    {"{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2), }",
     "a.npy must hold float64 ('<f8') or float32 ('<f4') numbers, not '<i8'."},
    {"{'descr': '>f8', 'fortran_order': False, 'shape': (1, 2), }",
     "a.npy must hold float64 ('<f8') or float32 ('<f4') numbers, not '>f8'."},
    {"{'descr': '\x1bx', 'fortran_order': False, 'shape': (1, 2), }",
     "a.npy must hold float64 ('<f8') or float32 ('<f4') numbers, not '?x'."},
    {"{'descr': [('a', '<f8'), ('b', '<f8')], 'fortran_order': False, 'shape': (1,), }",
     "a.npy must hold float64 ('<f8') or float32 ('<f4') numbers, not [('a'."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 2), }", "a.npy must have one or two dimensions, not 3."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (), }", "a.npy must have one or two dimensions, not 0."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 2), }",
     "a.npy must have at least one row and one column, not 0 and 2."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2), }",
     "a.npy must say `fortran_order` and `shape` in its header."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 2), }",
     "a.npy must say `fortran_order` and `shape` in its header."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1 2), }",
     "a.npy must say `fortran_order` and `shape` in its header."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2",
     "a.npy must say `fortran_order` and `shape` in its header."},
    {"{'descr': '<f8', 'shape': (1, 2), }", "a.npy must say `fortran_order` and `shape` in its header."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }",
     "a.npy, row 2, column 1: a finite number is wanted, not inf."},
    {"{'descr': '<f8', 'fortran_order': True, 'shape': (1, 2), }",
     "a.npy, row 1, column 2: a finite number is wanted, not inf."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }", "a.npy is cut short."},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
     "There is not enough memory for a table."},
};

static void test_bad_npy(void **state)
{
    (void) state;
    static const double data[] = {1, INFINITY};
    fol_context ctx;
    fol_table table;
    unsigned char bytes[512];
    for (size_t i = 0; i < sizeof bad_npy / sizeof *bad_npy; i++) {
        const size_t n = make_npy(bytes, 1, bad_npy[i].header, data, sizeof data);
        assert_int_not_equal(read_bytes(&ctx, "a.npy", bytes, n, &table), FOL_OK);
        assert_string_equal(ctx.message, bad_npy[i].sentence);
    }
    assert_int_equal(read_bytes(&ctx, "a.npy", "1,2\n3,4\n", 8, &table), FOL_E_INPUT);
    assert_string_equal(ctx.message, "a.npy must be an .npy file of version 1, 2 or 3.");
    assert_int_equal(read_bytes(&ctx, "a.npy", "\x93NUMPY\x02\x00\xff\xff\xff\xff", 12, &table), FOL_E_INPUT);
    assert_string_equal(ctx.message, "a.npy must have a header of at most 65535 bytes, not 4294967295.");
}

static void test_files_refused(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    fol_table table;
    fol_table_writer *writer;
    const double data[] = {1, 2, 3, 4};
    const fol_table_layout layout = {2, 0, 2, NULL, NULL};
    assert_int_equal(fol_table_read(&ctx, "missing.csv", FOL_HEADER_AUTO, &table), FOL_E_FILE);
    assert_string_equal(ctx.message, "missing.csv cannot be read: No such file or directory.");
    assert_string_equal(ctx.failure.source, "missing.csv");
    assert_int_equal(fol_table_read(&ctx, ".", FOL_HEADER_AUTO, &table), FOL_E_FILE);
    assert_string_equal(ctx.message, ". cannot be read: Is a directory.");
    assert_int_equal(fol_table_writer_open(&ctx, "no/such", &layout, &writer), FOL_E_FILE);
    assert_string_equal(ctx.message, "no/such cannot be written: No such file or directory.");
    assert_null(writer);

    assert_int_equal(fol_table_writer_open(&ctx, "few.csv", &layout, &writer), FOL_OK);
    assert_int_equal(fol_table_writer_append(&ctx, writer, 1, data), FOL_OK);
    assert_int_equal(fol_table_writer_close(&ctx, writer), FOL_E_INPUT);
    assert_string_equal(ctx.message, "few.csv must get 2 rows, not 1.");
    assert_int_not_equal(access("few.csv", F_OK), 0);

    assert_int_equal(fol_table_writer_open(&ctx, "/dev/full", &layout, &writer), FOL_OK);
    assert_int_equal(fol_table_writer_append(&ctx, writer, 2, data), FOL_OK);
    assert_int_equal(fol_table_writer_close(&ctx, writer), FOL_E_FILE);
    assert_string_equal(ctx.message, "/dev/full cannot be written: No space left on device.");

    assert_int_equal(fol_table_writer_open(&ctx, "left.npy", &layout, &writer), FOL_OK);
    fol_table_writer_discard(writer);
    assert_int_not_equal(access("left.npy", F_OK), 0);
    fol_table_writer_discard(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_csv),    cmocka_unit_test(test_header),      cmocka_unit_test(test_bad_csv),
        cmocka_unit_test(test_digits),      cmocka_unit_test(test_round_trips), cmocka_unit_test(test_written),
        cmocka_unit_test(test_good_npy),    cmocka_unit_test(test_bad_npy),     cmocka_unit_test(test_files_refused),
        cmocka_unit_test(test_comment),     cmocka_unit_test(test_long),        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_interrupted), cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests_name("table_file", tests, make_folder, remove_folder);
}
