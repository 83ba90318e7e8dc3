// Column fit: from a table, the coordinates in which its columns are learned.
#include "column_fit.h"

#include <math.h>
#include <stdio.h>

#include "../base/memory.h"
#include "../stats/quantile.h"
#include "../stats/sort.h"

#define ATOM_SHARE 0.05   // of the rows, that an atom has more than
#define ATOM_ROWS 3       // at least
#define ATOM_TIMES 3      // as many rows, and more, as any other value ...
#define ATOM_NEAR 0.25    // ... within that many standard deviations
#define FEW_VALUES 20     // of whole numbers, at most, are all atoms ...
#define FEW_ROWS 5        // ... with that many rows to each on average
#define ATOM_GAP 1.25     // standard deviations beside an atom, times its share, that are free of values that are none
#define MARGIN 0.3        // of a gap, on either side, where a stretch does not end at first ...
#define MARGIN_LEAST 0.05 // ... and when calibrated
#define HEAVY 4        // spread of a tail (95 %) over that of its half (50 %): 2.9 of a normal distribution, 4.3 of an
#define HEAVY_FEW 20   // exponential one; HEAVY + HEAVY_FEW / sqrt(n) and more is heavy
#define END_SHARE 0.05 // of the rows: a stretch at an end ...
#define END_ROWS 20
#define END_RATIO 0.6   // ... with more than that many times the rows of the next stretch of its length: no fall-off
#define SCORES 257      // scores evenly apart, at most, between which rows have a knot ...
#define SCORES_LEAST 9  // ... and at least ...
#define SCORE_ROWS 8    // ... and rows to each on average
#define FEW_SCORES 1e-3 // share of the rows of which the mean score is that of the middle

// ---- plain columns ----

static double entry(fol_rows x, size_t i, size_t j)
{
    return x.data[i * x.row_stride + j * x.col_stride];
}

// "column 2 (`waiting`)", as sentences have it.
static const char *column_text(size_t j, const char *const *names, char *text, size_t size)
{
    if (names)
        snprintf(text, size, "column %zu (`%s`)", j + 1, names[j]);
    else
        snprintf(text, size, "column %zu", j + 1);
    return text;
}

// Mean and standard deviation of (value / unit) times unit: a unit of 1 but where squares would vanish.
static void scaled_moments(fol_rows x, size_t j, double unit, double *mean, double *sd)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < x.n; i++)
        sum += entry(x, i, j) / unit;
    const double middle = sum / (double) x.n;
    for (size_t i = 0; i < x.n; i++)
        square += (entry(x, i, j) / unit - middle) * (entry(x, i, j) / unit - middle);
    *mean = unit * middle;
    *sd = unit * sqrt(square / (double) (x.n - 1));
}

static void column_moments(fol_rows x, size_t j, double *mean, double *sd)
{
    double least = entry(x, 0, j), most = least;
    for (size_t i = 1; i < x.n; i++) {
        least = fmin(least, entry(x, i, j));
        most = fmax(most, entry(x, i, j));
    }
    const double size = fmax(fabs(least), fabs(most));
    scaled_moments(x, j, size > 0 && size < 1e-100 ? size : 1, mean, sd);
    if (least == most)
        *sd = 0; // what else it is comes from rounding the mean
}

// A column of one value, which all coordinates have.
static bool make_constant(double value, fol_column *column)
{
    if (!fol_column_reserve(column, 3))
        return false;
    column->kind = FOL_COLUMN_ATOMS;
    column->n_knots = 3;
    for (int k = 0; k < 3; k++)
        column->at[k] = column->value[k] = value;
    return true;
}

static fol_status plain_columns(fol_context *ctx, fol_rows x, const char *const *names, const fol_column_choice *how,
                                fol_columns *columns, double *mean, double *sd)
{
    const bool standardize = how->standardize;
    double variance = 0;
    char column[256];
    for (size_t j = 0; j < x.d; j++) {
        double own_mean, own_sd;
        column_moments(x, j, &own_mean, &own_sd);
        if (!isfinite(own_mean) || !isfinite(own_sd) || own_sd > 1e30)
            return fol_fail_about(ctx, "x", "has entries that are too large in %s; rescale it.",
                                  column_text(j, names, column, sizeof column));
        if (standardize && !(own_sd > 0))
            return fol_fail_about(ctx, "x",
                                  "must vary in every column to be standardised; %s is constant. "
                                  "Leave it out, or set `standardize` to false.",
                                  column_text(j, names, column, sizeof column));
        if (own_sd == 0 && how->transform == FOL_TRANSFORM_AUTO && !make_constant(entry(x, 0, j), &columns->column[j]))
            return fol_fail_memory(ctx, "the columns");
        if (standardize) {
            columns->center[j] = own_mean;
            columns->scale[j] = own_sd;
        }
        mean[j] = standardize ? 0 : own_mean;
        variance += standardize ? 1 : own_sd * own_sd;
    }
    *sd = sqrt(variance / (double) x.d);
    if (!(*sd > 0))
        return fol_fail_about(ctx, "x", "must vary in at least one column; all are constant.");
    return FOL_OK;
}

// ---- what a column shows ----

// A column's rows in order, and its distinct values: value[i] has rows until[i - 1] to until[i].
typedef struct {
    size_t n, n_values;
    double *sorted; // (n)
    double *value;  // (n_values)
    size_t *until;  // (n_values)
    bool *is_atom;  // (n_values)
} ordered;

static void order(fol_rows x, size_t j, ordered *o)
{
    for (size_t i = 0; i < x.n; i++)
        o->sorted[i] = entry(x, i, j) + 0.0; // + 0.0: zeros of either sign are one value
    fol_sort(o->sorted, x.n);
    o->n = x.n;
    o->n_values = 0;
    for (size_t i = 0; i < x.n; i++)
        if (i + 1 == x.n || o->sorted[i + 1] > o->sorted[i]) {
            o->value[o->n_values] = o->sorted[i];
            o->until[o->n_values++] = i + 1;
        }
}

static size_t rows_before(const ordered *o, size_t i)
{
    return i > 0 ? o->until[i - 1] : 0;
}

static double share(const ordered *o, size_t i)
{
    return (double) (o->until[i] - rows_before(o, i)) / (double) o->n;
}

static bool is_whole(const ordered *o)
{
    for (size_t i = 0; i < o->n_values; i++)
        if (o->value[i] != rint(o->value[i]) || fabs(o->value[i]) >= 0x1p53)
            return false;
    return true;
}

static bool stands_out(const ordered *o, size_t i, double near)
{
    const double own = share(o, i);
    bool stands_out = own > ATOM_SHARE && o->until[i] - rows_before(o, i) >= ATOM_ROWS;
    for (size_t k = i; stands_out && k-- > 0 && o->value[i] - o->value[k] <= near;)
        stands_out = own > ATOM_TIMES * share(o, k);
    for (size_t k = i + 1; stands_out && k < o->n_values && o->value[k] - o->value[i] <= near; k++)
        stands_out = own > ATOM_TIMES * share(o, k);
    return stands_out;
}

static void find_atoms(ordered *o, bool whole, double sd)
{
    const bool few = whole && o->n_values <= FEW_VALUES && o->n >= FEW_ROWS * o->n_values;
    for (size_t i = 0; i < o->n_values; i++)
        o->is_atom[i] = few || stands_out(o, i, ATOM_NEAR * sd);
}

static double atoms_share(const ordered *o)
{
    double sum = 0;
    for (size_t i = 0; i < o->n_values; i++)
        sum += o->is_atom[i] ? share(o, i) : 0;
    return sum;
}

static double quantile(const ordered *o, double p)
{
    const double at = p * (double) (o->n - 1);
    const size_t low = (size_t) at, high = low + 1 < o->n ? low + 1 : low;
    return o->sorted[low] + (at - (double) low) * (o->sorted[high] - o->sorted[low]);
}

static bool has_heavy_tail(const ordered *o)
{
    const double most = HEAVY + HEAVY_FEW / sqrt((double) o->n), middle = quantile(o, 0.5);
    return middle - quantile(o, 0.025) > most * (middle - quantile(o, 0.25)) ||
           quantile(o, 0.975) - middle > most * (quantile(o, 0.75) - middle);
}

// Whether the values end without a fall-off: low, or (end 1) high.
static bool ends_there(const ordered *o, int end)
{
    const size_t n = o->n, k = (size_t) fmax(END_ROWS, ceil(END_SHARE * (double) n));
    if (o->is_atom[end ? o->n_values - 1 : 0])
        return true;
    if (n < 8 * k)
        return false;
    const double edge = end ? o->sorted[n - k] : o->sorted[k - 1];
    const double length = fabs(edge - o->sorted[end ? n - 1 : 0]);
    size_t next = 0;
    for (size_t i = 0; i < n; i++) {
        const double inwards = end ? edge - o->sorted[i] : o->sorted[i] - edge;
        next += inwards > 0 && inwards <= length;
    }
    return (double) k > END_RATIO * (double) next;
}

static fol_column_kind kind_of(const ordered *o)
{
    const double in_atoms = atoms_share(o);
    if (in_atoms < 0.5 && has_heavy_tail(o))
        return FOL_COLUMN_SCORES;
    if (in_atoms > 0)
        return FOL_COLUMN_ATOMS;
    return ends_there(o, 0) || ends_there(o, 1) ? FOL_COLUMN_SCORES : FOL_COLUMN_PLAIN;
}

// ---- coordinates ----

// The normal quantile of a share of the rows, `below` of n.
static double score(double below, double n)
{
    return below < 0.5 * n ? fol_t_quantile(below / n, INFINITY) : -fol_t_quantile((n - below) / n, INFINITY);
}

static double density(double z)
{
    return isfinite(z) ? exp(-0.5 * z * z) / sqrt(2 * M_PI) : 0;
}

// The mean score of rows `before` to `until` in order; of few, the score of the middle.
static double mean_score(size_t before, size_t until, size_t n_rows)
{
    const double n = (double) n_rows, a = (double) before, b = (double) until;
    if (b - a < FEW_SCORES * n)
        return score(0.5 * (a + b), n);
    return ((before > 0 ? density(score(a, n)) : 0) - (until < n_rows ? density(score(b, n)) : 0)) * n / (b - a);
}

// Knots at the values that have or are next to atoms, the first and the last.
static bool is_corner(const ordered *o, size_t i)
{
    return i == 0 || i + 1 == o->n_values || o->is_atom[i] || o->is_atom[i - 1] || o->is_atom[i + 1];
}

static void add_knot(fol_column *column, double at, double value)
{
    column->at[column->n_knots] = at;
    column->value[column->n_knots++] = value;
}

// Standard deviations from the first value on, with gaps beside atoms.
static void atom_knots(const ordered *o, double sd, fol_column *column)
{
    double shift = 0;
    for (size_t i = 0; i < o->n_values; i++) {
        if (i > 0 && o->is_atom[i] != o->is_atom[i - 1]) {
            const double of_atom = share(o, o->is_atom[i] ? i : i - 1);
            shift += fmax(0, ATOM_GAP * of_atom - (o->value[i] - o->value[i - 1]) / sd);
        }
        if (is_corner(o, i))
            add_knot(column, (o->value[i] - o->value[0]) / sd + shift, o->value[i]);
    }
}

static size_t count_scores(size_t n)
{
    return (size_t) fmin(fmax((double) n / SCORE_ROWS, SCORES_LEAST), SCORES);
}

// The number of rows that a normal distribution of as many has below z.
static double rows_below(const ordered *o, double z)
{
    return 0.5 * erfc(-z * M_SQRT1_2) * (double) o->n;
}

// A knot for the rows between scores that are evenly apart, at their means, so that it does not follow single rows; the
// first and the last value and atoms have their own.
static void score_knots(const ordered *o, fol_column *column)
{
    const double first = score(0.5, (double) o->n), step = -2 * first / (double) (count_scores(o->n) - 1);
    double end = first + step, sum = 0;
    size_t from = 0; // rows from there on are in no knot yet
    for (size_t i = 0; i < o->n_values; i++) {
        const size_t before = rows_before(o, i), until = o->until[i];
        const bool alone = i == 0 || i + 1 == o->n_values || o->is_atom[i];
        const bool closes = alone || (double) until > rows_below(o, end);
        if (closes && before > from) {
            const double mean = sum / (double) (before - from);
            add_knot(column, mean_score(from, before, o->n), fmin(fmax(mean, o->sorted[from]), o->sorted[before - 1]));
            from = before;
            sum = 0;
        }
        if (alone) {
            add_knot(column, mean_score(before, until, o->n), o->value[i]);
            from = until;
        } else
            sum += o->value[i] * (double) (until - before);
        while (end < -first && (double) until > rows_below(o, end))
            end += step;
    }
}

// At most.
static size_t count_knots(const ordered *o)
{
    size_t corners = 0;
    for (size_t i = 0; i < o->n_values; i++)
        corners += is_corner(o, i);
    return 2 * corners + SCORES + 2;
}

// Of the coordinates of all rows.
static void coordinate_moments(const ordered *o, const fol_column *column, double *mean, double *sd)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < o->n_values; i++)
        sum += share(o, i) * fol_column_coordinate(column, o->value[i]);
    for (size_t i = 0; i < o->n_values; i++) {
        const double away = fol_column_coordinate(column, o->value[i]) - sum;
        square += share(o, i) * away * away;
    }
    *mean = sum;
    *sd = sqrt(square * (double) o->n / (double) (o->n - 1));
}

// The end of an atom's stretch, wanted at a place, between two knots.
static double stretch_end(double wanted, double low, double high, double margin)
{
    return fmin(fmax(wanted, low + margin * (high - low)), high - margin * (high - low));
}

// Makes three knots of each atom's: n of them become column->n_knots.
static void stretch_atoms(const ordered *o, size_t n, const double *at, const double *value, double mean, double sd,
                          fol_column *column)
{
    const double n_rows = (double) o->n;
    size_t i = 0;
    column->n_knots = 0;
    for (size_t k = 0; k < n; k++) {
        while (o->value[i] < value[k])
            i++;
        double stretch[3] = {at[k], at[k], at[k]};
        if (o->is_atom[i] && k > 0)
            stretch[0] = stretch_end(mean + sd * score((double) rows_before(o, i), n_rows), at[k - 1], at[k], MARGIN);
        if (o->is_atom[i] && k + 1 < n)
            stretch[2] = stretch_end(mean + sd * score((double) o->until[i], n_rows), at[k], at[k + 1], MARGIN);
        for (int part = 0; part < (o->is_atom[i] ? 3 : 1); part++) {
            column->at[column->n_knots] = stretch[part];
            column->value[column->n_knots++] = value[k];
        }
    }
}

// The slope beyond an end: of scores, that of the last half of a unit.
static double end_slope(const ordered *o, const fol_column *column, double sd, int end)
{
    if (ends_there(o, end))
        return 0;
    if (column->kind == FOL_COLUMN_ATOMS)
        return sd;
    const size_t last = column->n_knots - 1, at_end = end ? last : 0;
    size_t k = at_end;
    while ((end ? k > 0 : k < last) && fabs(column->at[k] - column->at[at_end]) < 0.5)
        k = end ? k - 1 : k + 1;
    return (column->value[k] - column->value[at_end]) / (column->at[k] - column->at[at_end]);
}

typedef struct {
    fol_rows x;
    fol_columns *columns;
} columns_fit;

static size_t layout(size_t n, char *work, ordered *o)
{
    size_t total = 0;
    const size_t sorted = fol_layout_add(&total, n, sizeof *o->sorted);
    const size_t value = fol_layout_add(&total, n, sizeof *o->value);
    const size_t until = fol_layout_add(&total, n, sizeof *o->until);
    const size_t is_atom = fol_layout_add(&total, n, sizeof *o->is_atom);
    if (work)
        *o = (ordered){.sorted = (double *) (void *) (work + sorted),
                       .value = (double *) (void *) (work + value),
                       .until = (size_t *) (void *) (work + until),
                       .is_atom = (bool *) (void *) (work + is_atom)};
    return total;
}

static fol_status fit_column(void *job, size_t j, void *work, fol_run *run)
{
    const columns_fit *f = job;
    fol_column *column = &f->columns->column[j], knots = {0};
    ordered o = {0};
    (void) run;
    layout(f->x.n, work, &o);
    order(f->x, j, &o);
    column->whole = is_whole(&o);
    find_atoms(&o, column->whole, f->columns->scale[j]);
    column->kind = kind_of(&o);
    if (column->kind == FOL_COLUMN_PLAIN)
        return FOL_OK;
    const size_t most = count_knots(&o);
    fol_status status = FOL_E_MEMORY;
    if (fol_column_reserve(&knots, most) && fol_column_reserve(column, 3 * most)) {
        double *mean = &f->columns->center[j], *sd = &f->columns->scale[j];
        const double own_sd = *sd;
        if (column->kind == FOL_COLUMN_ATOMS)
            atom_knots(&o, own_sd, &knots);
        else
            score_knots(&o, &knots);
        coordinate_moments(&o, &knots, mean, sd);
        stretch_atoms(&o, knots.n_knots, knots.at, knots.value, *mean, *sd, column);
        for (int end = 0; end < 2; end++)
            column->slope[end] = end_slope(&o, column, own_sd, end);
        status = FOL_OK;
    }
    fol_column_clear(&knots);
    return status;
}

fol_status fol_columns_fit(fol_context *ctx, fol_rows x, const char *const *names, const fol_column_choice *how,
                           fol_columns *columns, double *mean, double *sd)
{
    columns_fit f = {x, columns};
    if (!fol_columns_new(x.d, columns))
        return fol_fail_memory(ctx, "the columns");
    const fol_status status = plain_columns(ctx, x, names, how, columns, mean, sd);
    if (status != FOL_OK || !how->standardize || how->transform == FOL_TRANSFORM_NONE)
        return status;
    return fol_run_blocks(ctx, &(fol_block_plan){.task = "fit",
                                                 .n_blocks = x.d,
                                                 .work_bytes = layout(x.n, NULL, NULL),
                                                 .block = fit_column,
                                                 .job = &f,
                                                 .whole = how->whole});
}

// ---- calibration ----

bool fol_columns_have_atoms(const fol_columns *columns)
{
    bool have = false;
    for (size_t j = 0; j < columns->d; j++)
        have = have || (columns->column[j].n_knots > 3 && fol_column_atoms(&columns->column[j]) > 0);
    return have;
}

static bool begins_atom(const fol_column *column, size_t k)
{
    return k + 2 < column->n_knots && column->value[k] == column->value[k + 2];
}

// Of n numbers in order, the place that has a share of them below.
static double place(const double *sorted, size_t n, double share)
{
    const double rank = share * (double) n;
    const size_t k = (size_t) rank;
    return k == 0 ? -INFINITY : k >= n ? INFINITY : 0.5 * (sorted[k - 1] + sorted[k]);
}

// Column j, with its draws as coordinates in order.
static void calibrate(fol_column *column, fol_rows x, size_t j, size_t n, const double *sorted)
{
    for (size_t k = 0, size; k < column->n_knots; k += size) {
        size = begins_atom(column, k) ? 3 : 1;
        if (size == 1)
            continue;
        size_t below = 0, until = 0;
        for (size_t i = 0; i < x.n; i++) {
            below += entry(x, i, j) < column->value[k];
            until += entry(x, i, j) <= column->value[k];
        }
        const size_t next = k + 3 + begins_atom(column, k + 3);
        if (k > 0) // the end of an atom before this one has moved, its own coordinate has not
            column->at[k] = stretch_end(place(sorted, n, (double) below / (double) x.n),
                                        column->at[k > 2 && begins_atom(column, k - 3) ? k - 2 : k - 1],
                                        column->at[k + 1], MARGIN_LEAST);
        if (next < column->n_knots)
            column->at[k + 2] = stretch_end(place(sorted, n, (double) until / (double) x.n), column->at[k + 1],
                                            column->at[next], MARGIN_LEAST);
    }
}

void fol_columns_calibrate(fol_columns *columns, fol_rows x, size_t n, double *draws)
{
    for (size_t j = 0; j < columns->d; j++) {
        if (fol_column_atoms(&columns->column[j]) == 0)
            continue;
        double *own = draws + j * n;
        for (size_t i = 0; i < n; i++)
            own[i] = columns->center[j] + columns->scale[j] * own[i];
        fol_sort(own, n);
        calibrate(&columns->column[j], x, j, n, own);
    }
}
