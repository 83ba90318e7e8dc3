// Table files: tables by the name of their file, in CSV or .npy.
#include "table_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/memory.h"
#include "csv.h"
#include "npy.h"

#define NPY_FIRST_BYTE 0x93 // which no UTF-8 text begins with
#define BUFFER_SIZE (1 << 16)

struct fol_table_writer {
    fol_file_writer *out;
    bool npy; // not CSV
    fol_table_layout layout;
    size_t n_written;
};

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

static bool is_npy(const char *path)
{
    const size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".npy") == 0;
}

// A stream of the file, or of standard input; NULL with errno when there is none.
static FILE *open_input(const char *path)
{
    if (!is_standard(path))
        return fopen(path, "rb");
    const int fd = dup(STDIN_FILENO);
    return fd < 0 ? NULL : fdopen(fd, "rb");
}

fol_status fol_table_read(fol_context *ctx, const char *path, fol_header header, fol_table *table)
{
    const char *source = is_standard(path) ? "standard input" : path;
    *table = (fol_table){0};
    FILE *in = open_input(path);
    if (!in)
        return fol_fail_read(ctx, source, errno);
    setvbuf(in, NULL, _IOFBF, BUFFER_SIZE);
    const int first = getc(in);
    if (first != EOF)
        ungetc(first, in);
    const fol_status status = is_npy(path) || first == NPY_FIRST_BYTE ? fol_npy_read(ctx, in, source, table)
                                                                      : fol_csv_read(ctx, in, source, header, table);
    fclose(in);
    return status;
}

fol_status fol_table_writer_open(fol_context *ctx, const char *path, const fol_table_layout *layout,
                                 fol_table_writer **writer)
{
    *writer = NULL;
    fol_table_writer *made = fol_alloc(1, sizeof *made);
    if (!made)
        return fol_fail_memory(ctx, "a file");
    *made = (fol_table_writer){NULL, is_npy(path), *layout, 0};
    const fol_status status = fol_file_writer_open(ctx, is_standard(path) ? NULL : path, &made->out);
    if (status != FOL_OK) {
        fol_free(made);
        return status;
    }
    if (made->npy)
        fol_npy_write_head(made->out, layout);
    else
        fol_csv_write_head(made->out, layout);
    *writer = made;
    return FOL_OK;
}

fol_status fol_table_writer_append(fol_context *ctx, fol_table_writer *writer, size_t n_rows, const double *data)
{
    if (writer->npy)
        fol_npy_write_rows(writer->out, &writer->layout, n_rows, data);
    else
        fol_csv_write_rows(writer->out, &writer->layout, writer->n_written, n_rows, data);
    writer->n_written += n_rows;
    return fol_file_writer_check(ctx, writer->out);
}

fol_status fol_table_writer_flush(fol_context *ctx, fol_table_writer *writer)
{
    fol_file_writer_flush(writer->out);
    return fol_file_writer_check(ctx, writer->out);
}

bool fol_table_writer_streams(const fol_table_writer *writer)
{
    return fol_file_writer_streams(writer->out);
}

bool fol_table_writer_broken(const fol_table_writer *writer)
{
    return fol_file_writer_broken(writer->out);
}

fol_status fol_table_writer_close(fol_context *ctx, fol_table_writer *writer)
{
    fol_status status = fol_file_writer_check(ctx, writer->out);
    if (status == FOL_OK && writer->n_written != writer->layout.n)
        status = fol_fail_file(ctx, FOL_E_INPUT, fol_file_writer_path(writer->out), "must get %zu rows, not %zu.",
                               writer->layout.n, writer->n_written);
    if (status != FOL_OK) {
        fol_table_writer_discard(writer);
        return status;
    }
    status = fol_file_writer_close(ctx, writer->out);
    fol_free(writer);
    return status;
}

void fol_table_writer_discard(fol_table_writer *writer)
{
    if (!writer)
        return;
    fol_file_writer_discard(writer->out);
    fol_free(writer);
}
