// Input: tables and models, and what was taken for granted of them.
#include "input.h"

#include <stdio.h>

#include "io/table_file.h"
#include "json_file.h"

fol_status cli_read_table(fol_context *ctx, const char *path, fol_header header, fol_table *table)
{
    char guess[FOL_GUESS_SIZE];
    const fol_status status = fol_table_read(ctx, path, header, table);
    if (status == FOL_OK && table->guessed)
        fprintf(stderr, "follmer: %s: %s.\n", cli_source_name(path), fol_table_guess(table, guess));
    return status;
}

fol_status cli_read_model(fol_context *ctx, const char *path, fol_model **model)
{
    const fol_status status = fol_model_read(ctx, path, model);
    if (status == FOL_OK && (*model)->unsealed)
        fprintf(stderr, "follmer: %s has no checksum, so that damage to it would not be seen.\n", path);
    return status;
}
