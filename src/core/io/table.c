// Tables: matrices of numbers with names of their columns.
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define POLL_SECONDS 0.05

fol_rows fol_table_rows(const fol_table *table)
{
    return (fol_rows){table->data, table->n, table->d, table->d, 1};
}

void fol_table_columns(const fol_table *table, double *out)
{
    const double *from = table->data;
    for (size_t i = 0; i < table->n; i++)
        for (size_t j = 0; j < table->d; j++)
            out[j * table->n + i] = *from++;
}

const char *fol_table_guess(const fol_table *table, char *text)
{
    snprintf(text, FOL_GUESS_SIZE, "the first line, of numbers, was taken for %s; `header` %s says that it is not",
             table->names ? "the names of the columns" : "a row", table->names ? "no" : "yes");
    return text;
}

void fol_table_clear(fol_table *table)
{
    for (size_t j = 0; table->names && j < table->d; j++)
        free(table->names[j]);
    free(table->names);
    free(table->comment);
    free(table->data);
    *table = (fol_table){0};
}

fol_status fol_table_poll(fol_context *ctx, const char *source, double *last_poll)
{
    if (!ctx->poll || fol_seconds() - *last_poll < POLL_SECONDS)
        return FOL_OK;
    *last_poll = fol_seconds();
    if (ctx->poll(&(fol_progress){"read", 0, 0, NAN}, ctx->data))
        return fol_fail(ctx, FOL_E_INTERRUPT, "Interrupted while %s was read.", source);
    return FOL_OK;
}
