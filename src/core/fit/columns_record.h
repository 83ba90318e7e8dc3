// Columns in records: standardisation and transforms of a table's columns as tensors.
#ifndef FOL_COLUMNS_RECORD_H
#define FOL_COLUMNS_RECORD_H

#include "../io/record.h"
#include "../stats/columns.h"

#define FOL_COLUMNS_TENSORS 4 // at most

// Fills in the n tensors of the columns. *arrays, which some of them point into, is a block of the caller's. false when
// memory runs out.
bool fol_columns_tensors(const fol_columns *columns, fol_tensor *tensors, size_t *n, double **arrays);

// Whether a tensor of that name is one of these.
bool fol_columns_has_tensor(const char *name);

// Reads d columns, to be cleared in any case. FOL_E_FORMAT with a sentence, FOL_E_MEMORY.
fol_status fol_columns_read(fol_context *ctx, const fol_record *record, size_t d, fol_columns *columns);

#endif
