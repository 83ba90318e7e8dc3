// Fuzzer of .npy files: fol_npy_read on mutants of good files, which it must accept whole or refuse in a sentence.
// Meant for builds with the address and undefined behaviour sanitizers.
//
//   fuzz_npy [count [seed]]    that many mutants: 5000 is the default and part of `make check`
//   fuzz_npy 300s [seed]       mutants for that many seconds
#define _GNU_SOURCE
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/npy.h"

#define SPACE 4096

typedef struct {
    unsigned char bytes[SPACE];
    size_t n;
} image;

static const char *one_of(const char *const *words, size_t n)
{
    return words[random_below(n)];
}
#define ONE_OF(...)                                                                                                    \
    one_of((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

// A file whose header is good, or hostile in a part or two.
static void make_file(image *file)
{
    char header[512];
    const bool wild = random_below(2) == 0;
    const size_t version = wild ? random_below(5) : 1 + random_below(3), numbers = wild ? 1 + random_below(12) : 0;
    const char *type = ONE_OF("'<f8'", "'<f4'");
    const char *shape = ONE_OF("(3, 2)", "(6,)", "(1, 6)", "(2, 3)", "(6, 1)");
    const char *order = ONE_OF("False", "True");
    if (wild)
        type = ONE_OF("'<f8'", "'<f4'", "'>f8'", "'<i4'", "'|O'", "'<f8", "[('a', '<f8')]", "", "'<f16'", "<f8");
    if (wild)
        shape = ONE_OF("(3, 2)", "()", "(0, 2)", "(2, 0)", "(-1, 2)", "(1, 2, 3)", "(4294967296, 4294967296)",
                       "(18446744073709551615, 1)", "(99999999999999999999999, 1)", "(2305843009213693952, 2)", "(,)",
                       "(2", "3, 2)", "(2 3)", "(6, )", "( 3 , 2 )", "(1e3, 2)");
    if (wild)
        order = ONE_OF("False", "True", "false", "0", "", "None");
    int length =
        snprintf(header, sizeof header, "{'descr': %s, 'fortran_order': %s, 'shape': %s, }", type, order, shape);
    if (wild && random_below(4) == 0)
        length = snprintf(header, sizeof header, "%s",
                          ONE_OF("", "{", "{'shape': (3, 2)", "'shape''descr':'<f8'",
                                 "{'descr': '<f8', 'descr': '<f4', 'shape':", "\n"));
    size_t stated = (size_t) length;
    if (wild && random_below(4) == 0)
        stated = random_below(2) ? random_below(70000) : stated + random_below(9) - 4;
    memcpy(file->bytes, "\x93NUMPY", 6);
    file->bytes[6] = (unsigned char) version;
    file->bytes[7] = 0;
    const uint32_t size = (uint32_t) stated;
    const size_t width = version == 1 ? 2 : 4;
    memcpy(file->bytes + 8, &size, width);
    memcpy(file->bytes + 8 + width, header, (size_t) length);
    file->n = 8 + width + (size_t) length;
    const size_t good = strstr(type, "f8") ? 6 : 3; // doubles that take the space of six numbers
    for (size_t i = 0; i < (wild ? numbers : good); i++) {
        static const double values[] = {0, -1.5, 1e300, 5e-324, NAN, INFINITY, -INFINITY};
        const double value = values[random_below(wild ? 7 : 4)];
        memcpy(file->bytes + file->n, &value, sizeof value);
        file->n += sizeof value;
    }
}

static void mutate(image *file)
{
    switch (random_below(6)) {
    case 0:
        file->n = random_below(file->n + 1);
        break;
    case 1:
        for (size_t k = 1 + random_below(4); k > 0; k--)
            file->bytes[random_below(file->n)] ^= (unsigned char) (1u << random_below(8));
        break;
    case 2:
        file->bytes[random_below(file->n)] = (unsigned char) "()',: \n{}0-9eTF\0"[random_below(16)];
        break;
    default:
        break;
    }
}

// Reads exactly these bytes; says what is wrong with the answer, or NULL.
static const char *check(const image *file, bool *accepted)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_table table;
    unsigned char *copy = malloc(file->n ? file->n : 1);
    if (!copy)
        abort();
    memcpy(copy, file->bytes, file->n);
    FILE *in = fmemopen(copy, file->n ? file->n : 1, "r");
    if (!in)
        abort();
    if (file->n == 0)
        getc(in);
    const fol_status status = fol_npy_read(&ctx, in, "the file", &table);
    const char *wrong = NULL;
    *accepted = status == FOL_OK;
    if (status == FOL_OK) {
        if (table.n < 1 || table.d < 1 || table.n * table.d * sizeof(float) > file->n)
            wrong = "a table that was read is not whole";
        for (size_t i = 0; !wrong && i < table.n * table.d; i++)
            if (!isfinite(table.data[i]))
                wrong = "a table that was read is not finite";
    } else if (table.data || table.n || table.d) {
        wrong = "a table was left after a failure";
    } else if (status == FOL_E_INPUT && !strstr(ctx.message, "the file")) {
        wrong = "the refusal is not a sentence about the file";
    } else if (status != FOL_E_INPUT && status != FOL_E_MEMORY) {
        wrong = "a file was refused for another reason than its contents";
    }
    fol_table_clear(&table);
    fclose(in);
    free(copy);
    return wrong;
}

int main(int argc, char **argv)
{
    const char *wrong = NULL;
    const fuzz_limit limit = fuzz_begin(argc, argv);
    size_t n = 0, n_accepted = 0;
    for (; !wrong && fuzz_goes_on(&limit, n); n++) {
        image file;
        bool accepted = false;
        make_file(&file);
        mutate(&file);
        wrong = check(&file, &accepted);
        n_accepted += accepted;
    }
    printf("%zu mutants, %zu of them good tables\n", n, n_accepted);
    if (wrong)
        printf("mutant %zu: %s\n", n, wrong);
    if (!wrong && n_accepted == 0)
        wrong = "none was read";
    printf("%d passed, %d failed\n", !wrong, wrong != NULL);
    return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
