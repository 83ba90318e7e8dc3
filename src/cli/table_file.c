// Table files: matrices of numbers with column names, read from and written to CSV or .npy.
#include "table_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "csv.h"
#include "npy.h"

#define NPY_FIRST_BYTE 0x93 // which no UTF-8 text begins with
#define BUFFER_SIZE (1 << 18)

struct fol_table_writer {
    FILE *out;
    bool npy, regular; // .npy, not CSV; a file that can be removed
    fol_table_layout layout;
    size_t n_written;
    char path[]; // empty: standard output
};

static bool is_npy(const char *path)
{
    const size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".npy") == 0;
}

fol_status fol_table_read(fol_context *ctx, const char *path, fol_table *table)
{
    const bool standard = strcmp(path, "-") == 0;
    const char *source = standard ? "standard input" : path;
    *table = (fol_table){0};
    FILE *in = standard ? stdin : fopen(path, "rb");
    if (!in)
        return fol_fail(ctx, FOL_E_FILE, "Cannot read '%s': %s.", path, strerror(errno));
    const int first = getc(in);
    if (first != EOF)
        ungetc(first, in);
    const fol_status status = is_npy(path) || first == NPY_FIRST_BYTE ? fol_npy_read(ctx, in, source, table)
                                                                      : fol_csv_read(ctx, in, source, table);
    if (!standard)
        fclose(in);
    return status;
}

fol_rows fol_table_rows(const fol_table *table)
{
    return (fol_rows){table->data, table->n, table->d, table->d, 1};
}

void fol_table_clear(fol_table *table)
{
    for (size_t j = 0; table->names && j < table->d; j++)
        free(table->names[j]);
    free(table->names);
    free(table->data);
    *table = (fol_table){0};
}

static fol_status fail_write(fol_context *ctx, const char *path)
{
    return fol_fail(ctx, FOL_E_FILE, "Cannot write '%s': %s.", *path ? path : "standard output", strerror(errno));
}

fol_status fol_table_writer_open(fol_context *ctx, const char *path, const fol_table_layout *layout,
                                 fol_table_writer **writer)
{
    struct stat about;
    const bool standard = strcmp(path, "-") == 0;
    fol_table_writer *made = malloc(sizeof *made + strlen(path) + 1);
    *writer = NULL;
    if (!made)
        return fol_fail_memory(ctx, "a file");
    *made = (fol_table_writer){.out = standard ? stdout : fopen(path, "wb"), .npy = is_npy(path), .layout = *layout};
    strcpy(made->path, standard ? "" : path);
    if (!made->out) {
        const fol_status status = fail_write(ctx, path);
        free(made);
        return status;
    }
    made->regular = !standard && fstat(fileno(made->out), &about) == 0 && S_ISREG(about.st_mode);
    if (!standard)
        setvbuf(made->out, NULL, _IOFBF, BUFFER_SIZE);
    if (made->npy)
        fol_npy_write_head(made->out, layout);
    else
        fol_csv_write_head(made->out, layout);
    *writer = made;
    return FOL_OK;
}

fol_status fol_table_writer_append(fol_context *ctx, fol_table_writer *writer, size_t n_rows, const double *data)
{
    const fol_table_layout *const layout = &writer->layout;
    const size_t points = layout->points > 0 ? layout->points : 1;
    if (writer->npy)
        fwrite(data, sizeof *data, n_rows * points * layout->d, writer->out);
    else
        fol_csv_write_rows(writer->out, layout, writer->n_written, n_rows, data);
    writer->n_written += n_rows;
    return ferror(writer->out) ? fail_write(ctx, writer->path) : FOL_OK;
}

fol_status fol_table_writer_close(fol_context *ctx, fol_table_writer *writer)
{
    fol_status status = FOL_OK;
    if (fflush(writer->out) != 0 || ferror(writer->out))
        status = fail_write(ctx, writer->path);
    else if (writer->n_written != writer->layout.n)
        status = fol_fail(ctx, FOL_E_INPUT, "'%s' must get %zu rows, not %zu.",
                          *writer->path ? writer->path : "standard output", writer->layout.n, writer->n_written);
    if (status != FOL_OK) {
        fol_table_writer_discard(writer);
        return status;
    }
    if (*writer->path && fclose(writer->out) != 0) {
        status = fail_write(ctx, writer->path);
        if (writer->regular)
            unlink(writer->path);
    }
    free(writer);
    return status;
}

void fol_table_writer_discard(fol_table_writer *writer)
{
    if (!writer)
        return;
    if (*writer->path)
        fclose(writer->out);
    if (writer->regular)
        unlink(writer->path);
    free(writer);
}
