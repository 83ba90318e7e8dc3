// Rows: a view of a matrix of doubles.
#include "rows.h"

#include <math.h>

fol_status fol_rows_check_finite(fol_context *ctx, const char *name, fol_rows x)
{
    for (size_t i = 0; i < x.n; i++)
        for (size_t j = 0; j < x.d; j++) {
            const double value = x.data[i * x.row_stride + j * x.col_stride];
            if (!isfinite(value))
                return fol_fail_place(ctx, name, &(fol_place){.row = i + 1, .column = j + 1}, "finite", "%g", value);
        }
    return FOL_OK;
}
