// Column fit: from a table, the coordinates in which its columns are learned.
#ifndef FOL_COLUMN_FIT_H
#define FOL_COLUMN_FIT_H

#include "../base/blocks.h"
#include "../base/rows.h"
#include "../stats/columns.h"

#define FOL_TRANSFORM_CHOICES "auto|none"
typedef enum { FOL_TRANSFORM_AUTO, FOL_TRANSFORM_NONE } fol_transform;

typedef struct {
    bool standardize;      // centre and scale the coordinates; else columns are plain, but for constant ones
    int transform;         // fol_transform
    fol_block_whole whole; // what it is a part of, for polls
} fol_column_choice;

// The columns of x (n, d), finite, by what its values show (auto):
// - heavy tails, or an end where the density does not fall off: normal scores, linear between at most some hundred
//   values. Draws end where the density does not fall off; else the scores go on at their slope;
// - atoms, values of more than 5 % of the rows that stand out among those beside them, and all of few whole numbers:
//   each takes a stretch of coordinates, so that draws have it exactly. The stretch ends where a normal distribution
//   would have drawn the values below as often as they are, as far as that lies between the neighbours, of which those
//   that are no atoms are moved away where they are close;
// - whole numbers: draws are rounded;
// - else, and with transform none: plain.
// mean (d) and *sd, the root mean variance, are of the standardised rows. `names` are d names or NULL. FOL_E_INPUT for
// values too large, no column that varies and, with standardize, one that does not; FOL_E_MEMORY. *columns is to be
// cleared in any case.
fol_status fol_columns_fit(fol_context *ctx, fol_rows x, const char *const *names, const fol_column_choice *how,
                           fol_columns *columns, double *mean, double *sd);

// Whether any column has atoms beside other values, to be calibrated.
bool fol_columns_have_atoms(const fol_columns *columns);

// Moves the ends of the atoms' stretches to where n draws (d, n), standardised, have the values below as often as the
// rows x have, as far as that lies between the neighbours. Changes the draws.
void fol_columns_calibrate(fol_columns *columns, fol_rows x, size_t n, double *draws);

#endif
