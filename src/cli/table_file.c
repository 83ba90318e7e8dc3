// Table files: matrices of numbers with column names, read from and written to CSV or .npy.
#include "table_file.h"

#include <errno.h>
#include <limits.h>
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
    bool npy; // not CSV
    fol_table_layout layout;
    size_t n_written;
    char path[PATH_MAX];           // for messages; empty: standard output
    char target[PATH_MAX];         // what `temporary` becomes when it is whole
    char temporary[PATH_MAX + 32]; // empty: standard output, a pipe or a device, which cannot be renamed over
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

// Opens what the path stands for; NULL with errno when that fails.
static FILE *open_output(fol_table_writer *writer, const char *path)
{
    struct stat about;
    if (!strcmp(path, "-"))
        return stdout;
    if (strlen(path) >= sizeof writer->path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    strcpy(writer->path, path);
    if (!stat(path, &about) && !S_ISREG(about.st_mode))
        return fopen(path, "wb");
    if (!realpath(path, writer->target)) // through a link to the file itself, if it is there
        strcpy(writer->target, path);
    snprintf(writer->temporary, sizeof writer->temporary, "%s.tmp-%ld", writer->target, (long) getpid());
    return fopen(writer->temporary, "wb");
}

fol_status fol_table_writer_open(fol_context *ctx, const char *path, const fol_table_layout *layout,
                                 fol_table_writer **writer)
{
    fol_table_writer *made = calloc(1, sizeof *made);
    *writer = NULL;
    if (!made)
        return fol_fail_memory(ctx, "a file");
    made->npy = is_npy(path);
    made->layout = *layout;
    made->out = open_output(made, path);
    if (!made->out) {
        const fol_status status = fail_write(ctx, path);
        free(made);
        return status;
    }
    if (*made->path)
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
    const bool synced = !*writer->temporary || fsync(fileno(writer->out)) == 0;
    if ((*writer->path && fclose(writer->out) != 0) || !synced ||
        (*writer->temporary && rename(writer->temporary, writer->target) != 0)) {
        status = fail_write(ctx, writer->path);
        if (*writer->temporary)
            unlink(writer->temporary);
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
    if (*writer->temporary)
        unlink(writer->temporary);
    free(writer);
}
