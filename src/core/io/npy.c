// npy: tables of numbers as NumPy's array files.
#include "npy.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "npy files are written and read as they stand in memory, which must be little-endian"
#endif

#define MAGIC "\x93NUMPY"
#define MAGIC_SIZE 6
#define MAX_HEADER 65535
#define CHUNK 1024 // numbers read at a time

// What a header says of the numbers after it.
typedef struct {
    bool single;        // float32, else float64
    bool columns_first; // Fortran's order
    size_t n, d;
} array_info;

static fol_status fail_short(fol_context *ctx, FILE *in, const char *source);
static fol_status read_header(fol_context *ctx, FILE *in, const char *source, char *header);
static fol_status parse_header(fol_context *ctx, const char *source, const char *header, array_info *info);
static fol_status read_numbers(fol_context *ctx, FILE *in, const char *source, const array_info *info, double *data);

fol_status fol_npy_read(fol_context *ctx, FILE *in, const char *source, fol_table *table)
{
    array_info info = {0};
    size_t size;
    *table = (fol_table){0};
    char *header = malloc(MAX_HEADER + 1);
    if (!header)
        return fol_fail_memory(ctx, "a header");
    fol_status status = read_header(ctx, in, source, header);
    if (status == FOL_OK)
        status = parse_header(ctx, source, header, &info);
    free(header);
    if (status != FOL_OK)
        return status;
    const bool huge =
        __builtin_mul_overflow(info.n, info.d, &size) || __builtin_mul_overflow(size, sizeof(double), &size);
    *table = (fol_table){huge ? NULL : malloc(size), info.n, info.d, NULL, NULL};
    if (!table->data)
        status = fol_fail_memory(ctx, "a table");
    else
        status = read_numbers(ctx, in, source, &info, table->data);
    if (status != FOL_OK)
        fol_table_clear(table);
    return status;
}

void fol_npy_write_head(fol_file_writer *out, const fol_table_layout *layout)
{
    char header[256], points[32] = "";
    if (layout->points > 0)
        snprintf(points, sizeof points, "%zu, ", layout->points);
    const int length =
        snprintf(header, sizeof header, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %s%zu), }", layout->n,
                 points, layout->d);
    const uint16_t padded = (uint16_t) ((MAGIC_SIZE + 4 + length + 64) / 64 * 64 - MAGIC_SIZE - 4); // with its line end
    fol_file_writer_put(out, MAGIC "\x01\x00", MAGIC_SIZE + 2);
    fol_file_writer_put(out, &padded, sizeof padded);
    memset(header + length, ' ', sizeof header - (size_t) length);
    header[padded - 1] = '\n';
    fol_file_writer_put(out, header, padded);
}

void fol_npy_write_rows(fol_file_writer *out, const fol_table_layout *layout, size_t n_rows, const double *data)
{
    const size_t points = layout->points > 0 ? layout->points : 1;
    fol_file_writer_put(out, data, n_rows * points * layout->d * sizeof *data);
}

static fol_status fail_short(fol_context *ctx, FILE *in, const char *source)
{
    if (ferror(in))
        return fol_fail_read(ctx, source, errno);
    return fol_fail_file(ctx, FOL_E_INPUT, source, "is cut short.");
}

static fol_status read_header(fol_context *ctx, FILE *in, const char *source, char *header)
{
    unsigned char start[MAGIC_SIZE + 2];
    uint32_t length = 0;
    if (fread(start, sizeof start, 1, in) != 1)
        return fail_short(ctx, in, source);
    if (memcmp(start, MAGIC, MAGIC_SIZE) != 0 || start[MAGIC_SIZE] < 1 || start[MAGIC_SIZE] > 3)
        return fol_fail_file(ctx, FOL_E_INPUT, source, "must be an .npy file of version 1, 2 or 3.");
    if (fread(&length, start[MAGIC_SIZE] == 1 ? 2 : 4, 1, in) != 1)
        return fail_short(ctx, in, source);
    if (length > MAX_HEADER)
        return fol_fail_file(ctx, FOL_E_INPUT, source, "must have a header of at most %d bytes, not %" PRIu32 ".",
                             MAX_HEADER, length);
    if (fread(header, 1, length, in) != length)
        return fail_short(ctx, in, source);
    header[length] = '\0';
    return FOL_OK;
}

// Where the value of a quoted key begins, or "" if there is none.
static const char *find_value(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (!at)
        return "";
    at += strlen(key);
    at += strspn(at, " ");
    return *at == ':' ? at + 1 + strspn(at + 1, " ") : "";
}

// The entries of "(3, 2)", at most two of them into shape; -1 when it is no shape.
static int parse_shape(const char *text, size_t shape[2])
{
    int n = 0;
    if (*text++ != '(')
        return -1;
    for (text += strspn(text, " "); *text != ')'; n++) {
        char *end;
        if (*text < '0' || *text > '9')
            return -1;
        errno = 0;
        const unsigned long long entry = strtoull(text, &end, 10);
        if (errno != 0 || entry > SIZE_MAX)
            return -1;
        if (n < 2)
            shape[n] = (size_t) entry;
        text = end + strspn(end, " ");
        if (*text == ',')
            text += 1 + strspn(text + 1, " ");
        else if (*text != ')')
            return -1;
    }
    return n;
}

static fol_status parse_header(fol_context *ctx, const char *source, const char *header, array_info *info)
{
    const char *type = find_value(header, "'descr'"), *order = find_value(header, "'fortran_order'");
    char shown[FOL_SHOWN + 4];
    size_t shape[2] = {0, 1};
    const int n_dims = parse_shape(find_value(header, "'shape'"), shape);
    info->single = strncmp(type, "'<f4'", 5) == 0;
    info->columns_first = strncmp(order, "True", 4) == 0;
    if (!info->single && strncmp(type, "'<f8'", 5) != 0)
        return fol_fail_file(ctx, FOL_E_INPUT, source, "must hold float64 ('<f8') or float32 ('<f4') numbers, not %s.",
                             fol_utf8_show(type, strcspn(type, ",}\n"), shown));
    if ((!info->columns_first && strncmp(order, "False", 5) != 0) || n_dims < 0)
        return fol_fail_file(ctx, FOL_E_INPUT, source, "must say `fortran_order` and `shape` in its header.");
    if (n_dims < 1 || n_dims > 2)
        return fol_fail_file(ctx, FOL_E_INPUT, source, "must have one or two dimensions, not %d.", n_dims);
    if (shape[0] == 0 || shape[1] == 0)
        return fol_fail_file(ctx, FOL_E_INPUT, source, "must have at least one row and one column, not %zu and %zu.",
                             shape[0], shape[1]);
    info->n = shape[0];
    info->d = shape[1];
    return FOL_OK;
}

static fol_status read_numbers(fol_context *ctx, FILE *in, const char *source, const array_info *info, double *data)
{
    union {
        float single[CHUNK];
        double full[CHUNK];
    } chunk;
    const size_t total = info->n * info->d, size = info->single ? sizeof(float) : sizeof(double);
    size_t i = 0, j = 0; // row and column of the next number
    double last_poll = 0;
    for (size_t done = 0; done < total;) {
        const size_t wanted = total - done < CHUNK ? total - done : CHUNK;
        if (fread(&chunk, size, wanted, in) != wanted)
            return fail_short(ctx, in, source);
        for (size_t k = 0; k < wanted; k++) {
            const double value = info->single ? (double) chunk.single[k] : chunk.full[k];
            if (!isfinite(value))
                return fol_fail_content(ctx, source, &(fol_place){.row = i + 1, .column = j + 1}, "a finite number",
                                        "%g", isnan(value) ? NAN : value); // a NaN has no sign
            data[i * info->d + j] = value;
            const bool at_end = info->columns_first ? ++i == info->n : ++j == info->d;
            if (at_end && info->columns_first) {
                i = 0;
                j++;
            } else if (at_end) {
                j = 0;
                i++;
            }
        }
        done += wanted;
        const fol_status status = fol_table_poll(ctx, source, &last_poll);
        if (status != FOL_OK)
            return status;
    }
    if (getc(in) != EOF)
        return fol_fail_file(ctx, FOL_E_INPUT, source, "must end after its %zu numbers, but goes on.", total);
    return FOL_OK;
}
