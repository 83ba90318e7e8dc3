// Tests of tensor files: the format, the round trip, and the refusal of everything torn, flipped or hostile.
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/file.h"
#include "io/tensor_file.h"
#include "seal.h"

static const float weight[] = {1, 2, 3, 4, 5, 6};
static const double center[] = {0.1, -1e300};
static const fol_tensor tensors[] = {
    {"weight", FOL_F32, 2, {3, 2}, weight},
    {"center", FOL_F64, 1, {2, 0}, center},
    {"history", FOL_F64, 2, {0, 3}, NULL},
};
static const fol_tensor filter = {"filter", FOL_F32, 4, {1, 2, 1, 3}, weight};
// Of these with the metadata {"a":"e'"}, by the definition: FNV-1a of the text and the tensors, by a program of its
// own.
#define CONTENTS "dc27cff0aef3b9a4"
#define N_TENSORS (sizeof tensors / sizeof *tensors)

static void pack(unsigned char **bytes, size_t *n)
{
    fol_context ctx;
    fol_context_init(&ctx);
    assert_int_equal(fol_tensor_file_pack(&ctx, "{\"a\":\"\xc3\xa9\"}", tensors, N_TENSORS, bytes, n), FOL_OK);
}

// The bytes, written out by hand.
static void test_format(void **state)
{
    (void) state;
    static const char header[] = "{\"__metadata__\":{\"checksum\":\"0000000000000000\","
                                 "\"contents\":\"" CONTENTS "\","
                                 "\"follmer\":\"{\\\"a\\\":\\\"\xc3\xa9\\\"}\"},"
                                 "\"center\":{\"data_offsets\":[0,16],\"dtype\":\"F64\",\"shape\":[2]},"
                                 "\"history\":{\"data_offsets\":[16,16],\"dtype\":\"F64\",\"shape\":[0,3]},"
                                 "\"weight\":{\"data_offsets\":[16,40],\"dtype\":\"F32\",\"shape\":[3,2]}}";
    unsigned char *bytes, wanted[512];
    size_t n;
    const uint64_t length = (sizeof header - 1 + 7) / 8 * 8;
    pack(&bytes, &n);
    assert_int_equal(n, 8 + length + 40);
    memcpy(wanted, &length, 8);
    memset(wanted + 8, ' ', length);
    memcpy(wanted + 8, header, sizeof header - 1);
    memcpy(wanted + 8 + length, center, sizeof center);
    memcpy(wanted + 8 + length + 16, weight, sizeof weight);
    seal(wanted, n);
    assert_memory_equal(bytes, wanted, n);
    fol_free(bytes);
}

static void test_round_trip(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes;
    size_t n;
    fol_tensor_file file;
    pack(&bytes, &n);
    assert_int_equal(fol_tensor_file_unpack(&ctx, bytes, n, "a.safetensors", &file), FOL_OK);
    assert_int_equal(file.n_tensors, 3);
    assert_string_equal(file.metadata, "{\"a\":\"\xc3\xa9\"}");
    fol_tensor got = {"weight", FOL_F32, 2, {3, 2}, NULL};
    assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &got), FOL_OK);
    assert_memory_equal(got.data, weight, sizeof weight);
    got = (fol_tensor){"center", FOL_F64, 1, {2}, NULL};
    assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &got), FOL_OK);
    assert_memory_equal(got.data, center, sizeof center);
    assert_int_equal((uintptr_t) got.data % 8, 0);
    got = (fol_tensor){"history", FOL_F64, 2, {0, 3}, NULL};
    assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &got), FOL_OK);
    assert_int_equal(fol_tensor_file_find(&file, "history")->shape[1], 3);
    assert_null(fol_tensor_file_find(&file, "bias"));

    got = (fol_tensor){"bias", FOL_F64, 1, {1}, NULL};
    assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &got), FOL_E_FORMAT);
    assert_string_equal(ctx.message, "it has no tensor `bias`.");
    got = (fol_tensor){"weight", FOL_F32, 2, {2, 3}, NULL};
    assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &got), FOL_E_FORMAT);
    assert_string_equal(ctx.message, "it: `weight` must be F32 (2, 3), not F32 (3, 2).");
    got = (fol_tensor){"center", FOL_F32, 1, {2}, NULL};
    assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &got), FOL_E_FORMAT);
    assert_string_equal(ctx.message, "it: `center` must be F32 (2), not F64 (2).");
    fol_tensor_file_clear(&file);
    fol_free(bytes);
}

// Ranks up to four.
static void test_ranks(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes;
    size_t n;
    for (int rank = 1; rank <= FOL_TENSOR_RANK; rank++) {
        fol_tensor_file file;
        fol_tensor tensor = filter;
        tensor.n_dims = rank; // 1, 2, 2 and 6 entries
        assert_int_equal(fol_tensor_file_pack(&ctx, "{}", &tensor, 1, &bytes, &n), FOL_OK);
        assert_int_equal(fol_tensor_file_unpack(&ctx, bytes, n, "a.safetensors", &file), FOL_OK);
        tensor.data = NULL;
        assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &tensor), FOL_OK);
        assert_memory_equal(tensor.data, weight, (rank == 4 ? 6 : rank > 1 ? 2 : 1) * sizeof *weight);
        tensor.shape[rank - 1]++;
        assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &tensor), FOL_E_FORMAT);
        if (rank == 4)
            assert_string_equal(ctx.message, "it: `filter` must be F32 (1, 2, 1, 4), not F32 (1, 2, 1, 3).");
        fol_tensor_file_clear(&file);
        fol_free(bytes);
    }
}

// A copy of exactly n bytes, so that a sanitizer sees what reads past them.
static fol_status unpack_copy(const unsigned char *bytes, size_t n, char *message)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_tensor_file file;
    unsigned char *copy = malloc(n ? n : 1);
    if (n)
        memcpy(copy, bytes, n);
    const fol_status status = fol_tensor_file_unpack(&ctx, copy, n, "a.safetensors", &file);
    if (status == FOL_OK)
        fol_tensor_file_clear(&file);
    else
        assert_string_equal(ctx.failure.source, "a.safetensors");
    assert_true(file.n_tensors == 0 && !file.tensors && !file.metadata);
    strcpy(message, ctx.message);
    free(copy);
    return status;
}

static void test_every_truncation(void **state)
{
    (void) state;
    unsigned char *bytes;
    char message[FOL_MESSAGE_SIZE];
    size_t n;
    pack(&bytes, &n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(unpack_copy(bytes, i, message), FOL_E_FORMAT);
    fol_free(bytes);
}

// Reads bytes whose contents, if they are not refused, must be those of pack().
static fol_status unpack_same(const unsigned char *bytes, size_t n, bool *unsealed)
{
    fol_context ctx;
    fol_context_init(&ctx);
    fol_tensor_file file;
    const fol_status status = fol_tensor_file_unpack(&ctx, bytes, n, "a.safetensors", &file);
    if (status != FOL_OK)
        return status;
    assert_string_equal(file.metadata, "{\"a\":\"\xc3\xa9\"}");
    assert_int_equal(file.n_tensors, N_TENSORS);
    fol_tensor got[N_TENSORS];
    memcpy(got, tensors, sizeof got);
    for (size_t i = 0; i < N_TENSORS; i++)
        assert_int_equal(fol_tensor_file_get(&ctx, &file, "it", &got[i]), FOL_OK);
    assert_memory_equal(got[0].data, weight, sizeof weight);
    assert_memory_equal(got[1].data, center, sizeof center);
    *unsealed = file.unsealed;
    fol_tensor_file_clear(&file);
    return status;
}

// A flip is refused, or is of the one checksum where the other one holds.
static void test_every_flip(void **state)
{
    (void) state;
    unsigned char *bytes;
    size_t n, n_read = 0;
    bool unsealed = false;
    pack(&bytes, &n);
    const unsigned char *checksum = memmem(bytes, n, "checksum", 8);
    for (size_t i = 0; i < 8 * n; i++) {
        bytes[i / 8] ^= (unsigned char) (1u << i % 8);
        if (unpack_same(bytes, n, &unsealed) == FOL_OK) {
            assert_true(bytes + i / 8 >= checksum && bytes + i / 8 < checksum + sizeof "checksum\":\"0123456789abcdef");
            assert_false(unsealed);
            n_read++;
        }
        bytes[i / 8] ^= (unsigned char) (1u << i % 8);
    }
    assert_true(n_read > 100);
    assert_int_equal(unpack_same(bytes, n, &unsealed), FOL_OK);
    fol_free(bytes);
}

// What other programs make of the file of pack(): another order, blanks, further keys, a header that is no multiple of
// 8 bytes, no checksums.
static void test_saved_anew(void **state)
{
    (void) state;
#define ARRAYS                                                                                                         \
    "\"weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}, "                                         \
    "\"center\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[24,40]},"                                           \
    "\"history\":{\"dtype\":\"F64\",\"shape\":[0,3],\"data_offsets\":[40,40]}"
#define TEXT "\"follmer\":\"{\\\"a\\\":\\\"\xc3\xa9\\\"}\""
    static const struct {
        const char *header;
        bool read, unsealed;
    } cases[] = {
        {"{" ARRAYS ",\"__metadata__\":{" TEXT ",\"contents\":\"" CONTENTS "\"}}", true, false},
        {"{\"__metadata__\": {\"format\":\"pt\", \"checksum\": \"0123456789abcdef\", \"contents\":\"" CONTENTS
         "\"," TEXT "}," ARRAYS "}",
         true, false},
        {"{" ARRAYS ",\"__metadata__\":{" TEXT "}}", true, true},
        {"{" ARRAYS ",\"__metadata__\":{" TEXT ",\"contents\":\"0123456789abcdef\"}}", false, false},
        {"{" ARRAYS ",\"__metadata__\":{" TEXT ",\"checksum\":\"0123456789abcdef\"}}", false, false},
        {"{" ARRAYS ",\"__metadata__\":{\"contents\":\"" CONTENTS "\"}}", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint64_t blanks = 0; blanks < 8; blanks++) {
            unsigned char bytes[1024];
            bool unsealed = false;
            const uint64_t text = strlen(cases[i].header), length = text + blanks;
            memcpy(bytes, &length, 8);
            memcpy(bytes + 8, cases[i].header, text);
            memset(bytes + 8 + text, ' ', blanks);
            memcpy(bytes + 8 + length, weight, sizeof weight);
            memcpy(bytes + 8 + length + sizeof weight, center, sizeof center);
            assert_int_equal(unpack_same(bytes, 8 + length + 40, &unsealed), cases[i].read ? FOL_OK : FOL_E_FORMAT);
            assert_int_equal(unsealed, cases[i].unsealed);
            bytes[8 + length] ^= 1;
            if (!unsealed)
                assert_int_equal(unpack_same(bytes, 8 + length + 40, &unsealed), FOL_E_FORMAT);
        }
#undef ARRAYS
#undef TEXT
}

// Headers over 16 bytes of data with a right checksum, and a part of the sentence that refuses them (NULL: none does).
#define META "\"__metadata__\":{\"checksum\":\"0000000000000000\",\"follmer\":\"{}\"}"
#define PLACE "a.safetensors: `a` has a place that does not fit its shape or the 16 bytes of all tensors."
static const struct {
    const char *header, *sentence;
} hostile[] = {
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}}", NULL},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}",
     NULL},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[1,2,1],\"data_offsets\":[0,16]}}", NULL},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[1,1,2,1],\"data_offsets\":[0,16]}}", NULL},
    {"{" META "}", "must have tensors that fill 16 bytes, not 0."},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}}", "it has no follmer metadata, which"},
    {"{\"__metadata__\":{\"checksum\":\"0000000000000000\"},\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,"
     "16]}}",
     "it has no follmer metadata, which"},
    {"{\"__metadata__\":{\"checksum\":\"0000000000000000\",\"follmer\":{}}}", "it has no follmer metadata, which"},
    {"{\"__metadata__\":{\"checksum\":\"0000000000000000\",\"follmer\":\"\\u0000\"}}",
     "its header is not a JSON object."},
    {"{\"x\":{\"checksum\":\"0000000000000000\"},\"__metadata__\":{\"checksum\":1,\"follmer\":\"{}\"}}",
     "`x` must be a tensor of F32 or F64."},
    {"[{" META "}]", "its header is not a JSON object."},
    {"{" META "," META "}", "its header is not a JSON object."},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}", "its header is not a JSON object."},
    {"{" META ",\"a\":1}", "a.safetensors: `a` must be a tensor of F32 or F64."},
    {"{" META ",\"a\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]}}", "must be a tensor of F32 or F64."},
    {"{" META ",\"\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}}", "a name of 1 to 63 bytes, not 0."},
    {"{" META ",\"0123456789012345678901234567890123456789012345678901234567890123\":{}}", "1 to 63 bytes, not 64."},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,16]}}",
     "must have a shape of one to 4 whole numbers."},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[1,1,1,1,2],\"data_offsets\":[0,16]}}",
     "must have a shape of one to 4 whole numbers."},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[-2],\"data_offsets\":[0,16]}}",
     "must have a shape of one to 4 whole numbers."},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2.0],\"data_offsets\":[0,16]}}",
     "must have a shape of one to 4 whole numbers."},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693954],\"data_offsets\":[0,16]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,0]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[0,24]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[16,0]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,16]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[4,12]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[-16,0]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16,16]}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":{}}}", PLACE},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
     "must have tensors that fill 16 bytes, not 8."},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}}",
     "must begin where the tensor before it ends."},
    {"{" META ",\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
     "\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}}",
     "a.safetensors: `b` must begin where the tensor before it ends."},
};

static size_t make_file(const char *header, unsigned char *bytes)
{
    const uint64_t length = (strlen(header) + 7) / 8 * 8;
    memcpy(bytes, &length, 8);
    memset(bytes + 8, ' ', length);
    memcpy(bytes + 8, header, strlen(header));
    memset(bytes + 8 + length, 0, 16);
    seal(bytes, 8 + length + 16);
    return 8 + length + 16;
}

static void test_hostile_headers(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        unsigned char bytes[1024];
        char message[FOL_MESSAGE_SIZE];
        const size_t n = make_file(hostile[i].header, bytes);
        const fol_status status = unpack_copy(bytes, n, message);
        assert_int_equal(status, hostile[i].sentence ? FOL_E_FORMAT : FOL_OK);
        if (hostile[i].sentence && !strstr(message, hostile[i].sentence))
            fail_msg("header %zu: %s", i, message);
    }
}

static void test_hostile_lengths(void **state)
{
    (void) state;
    static const uint64_t lengths[] = {
        0, 1, 24, 1u << 24, (1u << 24) + 8, UINT64_MAX, UINT64_MAX - 7, (uint64_t) 1 << 63};
    unsigned char bytes[1024] = {0};
    char message[FOL_MESSAGE_SIZE];
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memcpy(bytes, &lengths[i], 8);
        assert_int_equal(unpack_copy(bytes, sizeof bytes, message), FOL_E_FORMAT);
    }
}

static void test_deep_nesting(void **state)
{
    (void) state;
    const size_t n = 8 + (1 << 20);
    unsigned char *bytes = malloc(n);
    char message[FOL_MESSAGE_SIZE];
    for (int i = 0; i < 2; i++) {
        memset(bytes, i ? '{' : '[', n);
        for (size_t j = 8; i && j + 4 < n; j += 5)
            memcpy(bytes + j, "{\"a\":", 5);
        memcpy(bytes, &(uint64_t){n - 8}, 8);
        assert_int_equal(unpack_copy(bytes, n, message), FOL_E_FORMAT);
    }
    free(bytes);
}

static void test_too_long_a_header(void **state)
{
    (void) state;
    fol_context ctx;
    fol_context_init(&ctx);
    unsigned char *bytes;
    size_t n;
    char *text = malloc((16u << 20) + 1);
    memset(text, 'x', 16u << 20);
    text[16u << 20] = '\0';
    assert_int_equal(fol_tensor_file_pack(&ctx, text, tensors, N_TENSORS, &bytes, &n), FOL_E_INPUT);
    assert_null(bytes);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),          cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_ranks),           cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_flip),      cmocka_unit_test(test_saved_anew),
        cmocka_unit_test(test_hostile_headers), cmocka_unit_test(test_hostile_lengths),
        cmocka_unit_test(test_deep_nesting),    cmocka_unit_test(test_too_long_a_header),
    };
    return cmocka_run_group_tests_name("tensor_file", tests, NULL, NULL);
}
