// Members: making a struct from the table of its members, checking it, and its members as text.
#include "members.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define PLACE_LIMIT (1ULL << 53) // doubles of R hold whole numbers below it

static void *at(const fol_member *member, const void *object)
{
    return (char *) object + member->offset;
}

static bool starts_nan(const fol_member *member)
{
    return (member->rule & FOL_OR_NAN) || member->form == FOL_FORM_RAGGED;
}

// -- Making --------------------------------------------------------------------------------------------------------

void fol_members_init(const fol_members *table, void *object)
{
    memset(object, 0, table->size);
    for (const fol_member *m = table->list; m->key; m++)
        if (m->kind == FOL_MEMBER_REAL && starts_nan(m))
            *(double *) at(m, object) = NAN;
}

fol_status fol_members_new(fol_context *ctx, const fol_members *table, const void *like, void *made)
{
    size_t total = 0;
    char *block = NULL;
    memcpy(made, &block, sizeof block);
    fol_layout_add(&total, 1, table->size);
    for (const fol_member *m = table->list; m->key; m++)
        if (fol_member_is_array(m) && m->kind != FOL_MEMBER_INLINE)
            fol_layout_add(&total, fol_member_length(m, like), sizeof(double));
    block = fol_alloc_zero(total, 1);
    if (!block)
        return fol_fail_memory(ctx, table->what);
    memcpy(block, like, table->size);
    total = 0;
    fol_layout_add(&total, 1, table->size);
    for (const fol_member *m = table->list; m->key; m++) {
        if (!fol_member_is_array(m))
            continue;
        const size_t n = fol_member_length(m, like);
        if (m->kind == FOL_MEMBER_INLINE) {
            memset(at(m, block), 0, n * sizeof(double));
        } else {
            char *array = block + fol_layout_add(&total, n, sizeof(double));
            memcpy(at(m, block), &array, sizeof array);
        }
        for (size_t i = 0; starts_nan(m) && i < n; i++)
            ((double *) fol_member_array(m, block))[i] = NAN;
    }
    memcpy(made, &block, sizeof block);
    return FOL_OK;
}

// -- Arrays --------------------------------------------------------------------------------------------------------

bool fol_member_is_array(const fol_member *member)
{
    return member->kind >= FOL_MEMBER_REALS;
}

size_t fol_member_rank(const fol_member *member)
{
    size_t rank = 0;
    while (rank < sizeof member->shape / sizeof *member->shape &&
           (member->shape[rank].fixed > 0 || member->shape[rank].from > 0))
        rank++;
    return rank;
}

size_t fol_member_extent(const fol_member *member, const void *object, size_t axis)
{
    const fol_extent extent = member->shape[axis];
    return extent.from > 0 ? *(const size_t *) (const void *) ((const char *) object + extent.from - 1) : extent.fixed;
}

size_t fol_member_length(const fol_member *member, const void *object)
{
    size_t length = 1;
    for (size_t axis = 0; axis < fol_member_rank(member); axis++)
        if (__builtin_mul_overflow(length, fol_member_extent(member, object, axis), &length))
            return SIZE_MAX;
    return length;
}

void *fol_member_array(const fol_member *member, const void *object)
{
    void *array = at(member, object);
    if (member->kind != FOL_MEMBER_INLINE)
        memcpy(&array, at(member, object), sizeof array);
    return array;
}

const char *fol_member_extent_key(const fol_members *table, const fol_member *member, size_t axis)
{
    const fol_member *m = table->list;
    while (m->key && (m->kind != FOL_MEMBER_SIZE || m->offset + 1 != member->shape[axis].from))
        m++;
    return m->key;
}

const fol_member *fol_member_source(const fol_members *table, const fol_member *size, size_t rank, size_t *axis)
{
    for (const fol_member *m = table->list; m->key; m++)
        for (*axis = 0; fol_member_is_array(m) && fol_member_rank(m) == rank && *axis < rank; ++*axis)
            if (m->shape[*axis].from == size->offset + 1)
                return m;
    return NULL;
}

// -- Checking ------------------------------------------------------------------------------------------------------

fol_status fol_members_wrong(fol_context *ctx, const char *key, const char *wanted)
{
    fol_fail_about(ctx, key, "must be %s.", wanted);
    return FOL_E_FORMAT;
}

fol_status fol_members_wrong_lists(fol_context *ctx, const fol_members *table, const char *key, const char *wanted)
{
    fol_fail_about(ctx, key, "must be %s for each %s.", wanted, table->each);
    return FOL_E_FORMAT;
}

static bool fits(unsigned rule, double value)
{
    if (isnan(value))
        return (rule & FOL_OR_NAN) || !(rule & (FOL_NOT_NEGATIVE | FOL_AT_LEAST_1));
    return !((rule & FOL_NOT_NEGATIVE) && value < 0) && !((rule & FOL_AT_LEAST_1) && value < 1);
}

// n entries; after the first NAN of a ragged list there is nothing but more of them.
static fol_status check_list(fol_context *ctx, const fol_members *table, const fol_member *m, size_t n,
                             const double *value)
{
    for (size_t i = 0; i < n; i++) {
        const bool none = m->form == FOL_FORM_RAGGED && isnan(value[i]);
        if (!none && !fits(m->rule, value[i])) {
            fol_fail_place(ctx, m->key, &(fol_place){.entry = i + 1},
                           m->rule & FOL_AT_LEAST_1 ? "at least 1" : "at least 0", "%g", value[i]);
            return FOL_E_FORMAT;
        }
        if ((m->rule & FOL_DESCENDING) && i > 0 && !none && !(value[i] <= value[i - 1]))
            return fol_members_wrong_lists(ctx, table, m->key, "descending numbers");
    }
    return FOL_OK;
}

static fol_status check_array(fol_context *ctx, const fol_members *table, const fol_member *m, const void *object)
{
    const size_t n = fol_member_length(m, object);
    const size_t lists = n > 0 && m->form == FOL_FORM_RAGGED ? fol_member_extent(m, object, 0) : 1;
    char wanted[FOL_TEXT_SIZE];
    fol_status status = FOL_OK;
    if (m->kind == FOL_MEMBER_PLACES) {
        const uint64_t *place = fol_member_array(m, object);
        for (size_t i = 0; i < n; i++)
            if (place[i] >= PLACE_LIMIT || (i > 0 && place[i] <= place[i - 1]))
                return fol_members_wrong(ctx, m->key, fol_member_wanted(m, wanted));
        return FOL_OK;
    }
    for (size_t k = 0; k < lists && status == FOL_OK; k++)
        status = check_list(ctx, table, m, n / lists, (double *) fol_member_array(m, object) + k * (n / lists));
    return status;
}

fol_status fol_members_check(fol_context *ctx, const fol_members *table, const void *object)
{
    char wanted[FOL_TEXT_SIZE];
    fol_status status = FOL_OK;
    for (const fol_member *m = table->list; m->key && status == FOL_OK; m++)
        if (fol_member_is_array(m))
            status = check_array(ctx, table, m, object);
        else if (m->kind == FOL_MEMBER_REAL && !fits(m->rule, *(const double *) at(m, object)))
            status = fol_members_wrong(ctx, m->key, fol_member_wanted(m, wanted));
    return status == FOL_OK && table->check ? table->check(ctx, object) : status;
}

// -- Text ----------------------------------------------------------------------------------------------------------

// The place of the first n bytes of a text among the choices, or -1.
static int place_of(const char *choices, const char *text, size_t n)
{
    for (int i = 0;; i++) {
        const size_t length = strcspn(choices, "|");
        if (length == n && memcmp(choices, text, n) == 0)
            return i;
        if (!choices[length])
            return -1;
        choices += length + 1;
    }
}

int fol_choice_place(const char *choices, const char *word)
{
    return place_of(choices, word, strlen(word));
}

const char *fol_member_text(const fol_member *member, const void *object, char *buffer)
{
    const void *value = at(member, object);
    char word[FOL_TEXT_SIZE];
    *buffer = '\0';
    switch (member->kind) {
    case FOL_MEMBER_CHOICE:
        return fol_choice_word(member->choices, *(const int *) value, buffer);
    case FOL_MEMBER_SET:
        for (int i = 0; i < 32 && *fol_choice_word(member->choices, i, word); i++)
            if (*(const unsigned *) value >> i & 1)
                fol_choice_add(buffer, word);
        break;
    default:
        snprintf(buffer, FOL_TEXT_SIZE, member->kind == FOL_MEMBER_HASH ? "%016" PRIx64 : "%" PRIu64,
                 *(const uint64_t *) value);
    }
    return buffer;
}

bool fol_member_set_text(const fol_member *member, const char *text, void *object)
{
    void *value = at(member, object);
    char canonical[FOL_TEXT_SIZE];
    if (member->kind == FOL_MEMBER_CHOICE) {
        *(int *) value = fol_choice_place(member->choices, text);
        return *(int *) value >= 0;
    }
    if (member->kind == FOL_MEMBER_SET) {
        *(unsigned *) value = 0;
        for (const char *word = text; *word; word += strcspn(word, "|"), word += *word == '|') {
            const int i = place_of(member->choices, word, strcspn(word, "|"));
            if (i < 0)
                return false;
            *(unsigned *) value |= 1u << i;
        }
    } else {
        *(uint64_t *) value = strtoull(text, NULL, member->kind == FOL_MEMBER_HASH ? 16 : 10);
    }
    return strcmp(fol_member_text(member, object, canonical), text) == 0;
}

const char *fol_member_wanted(const fol_member *member, char *buffer)
{
    switch (member->kind) {
    case FOL_MEMBER_FLAG:
        return "true or false";
    case FOL_MEMBER_SIZE:
        return "a whole number of at least 0";
    case FOL_MEMBER_WORD:
        return "a text of a whole number below 2^64";
    case FOL_MEMBER_HASH:
        return "a text of 16 hexadecimal digits";
    case FOL_MEMBER_PLACES:
        return "whole numbers of at least 0, each above the one before";
    case FOL_MEMBER_CHOICE:
        strcpy(buffer, "one of ");
        fol_phrase_choices(buffer, member->choices);
        return buffer;
    case FOL_MEMBER_SET:
        strcpy(buffer, "words, in this order and with | between, of ");
        fol_phrase_choices(buffer, member->choices);
        return buffer;
    default:
        snprintf(buffer, FOL_TEXT_SIZE, "a number%s%s",
                 member->rule & FOL_NOT_NEGATIVE ? " of at least 0"
                 : member->rule & FOL_AT_LEAST_1 ? " of at least 1"
                                                 : "",
                 member->rule & FOL_OR_NAN ? ", or null" : "");
        return buffer;
    }
}
