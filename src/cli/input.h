// Input: tables and models, and what was taken for granted of them.
#ifndef FOL_INPUT_H
#define FOL_INPUT_H

#include "fit/model_file.h"
#include "io/table.h"

// fol_table_read(), which says on standard error what the first line was taken for where it could be either.
fol_status cli_read_table(fol_context *ctx, const char *path, fol_header header, fol_table *table);

// fol_model_read(), which says on standard error where a file has no checksum.
fol_status cli_read_model(fol_context *ctx, const char *path, fol_model **model);

#endif
