// Data of a fit: standardised rows, parted into those to learn from and those held out, and the axes of the first.
#ifndef FOL_FIT_DATA_H
#define FOL_FIT_DATA_H

#include "../base/rows.h"
#include "column_fit.h"
#include "score_matching.h"

#define FOL_CROSS_ROWS 1200 // tables of fewer rows are held out in turns
#define FOL_FOLDS 5

// How the rows are prepared.
typedef struct {
    fol_column_choice columns;
    double validation; // fraction of the rows held out; 0: none
    bool axes;         // find the principal axes
    uint64_t seed;
} fol_fit_preparation;

// With few rows, as many parts as there are folds come first, each without the rows of one; the last part is the one
// that the model is of. Without folds there is one part.
typedef struct {
    size_t n, d;
    fol_columns columns; // how x becomes standardised rows
    double *mean;        // (d): of the standardised rows
    double sd;           // root mean variance of the standardised columns
    size_t n_parts;
    fol_score_part part[FOL_MAX_NETWORKS];
} fol_fit_data;

// x (n, d) needs two rows or more and finite entries; FOL_E_INPUT says where it fails, as does that of column_fit.h.
// `names` are d column names or NULL. FOL_E_MEMORY. *data is to be cleared in any case.
fol_status fol_fit_data_new(fol_context *ctx, fol_rows x, const char *const *names, const fol_fit_preparation *how,
                            fol_fit_data *data);
void fol_fit_data_clear(fol_fit_data *data);

#endif
