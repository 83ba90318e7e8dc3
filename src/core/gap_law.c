// Gap laws: the random times at which a renewal draw refreshes its drift (TR19 eq. 4.2; MATH 7.1).
#include "gap_law.h"

#include <stdlib.h>

fol_status fol_gap_law_check(fol_context *ctx, const fol_gap_law *law)
{
    (void) ctx;
    (void) law;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

void fol_gap_draw(const fol_gap_law *law, uint64_t seed, uint32_t layer, size_t n, const uint64_t *draw,
                  const double *time, fol_gap_state *state, double *gap, double *log_density)
{
    (void) law;
    (void) seed;
    (void) layer;
    (void) n;
    (void) draw;
    (void) time;
    (void) state;
    (void) gap;
    (void) log_density;
}

double fol_gap_log_survival(const fol_gap_law *law, size_t n_layers, double rest)
{
    (void) law;
    (void) n_layers;
    (void) rest;
    return 0;
}

double fol_gap_mean_layers(const fol_gap_law *law)
{
    (void) law;
    return 0;
}

const fol_option fol_gap_option_table[] = {{NULL, 0, 0, NULL, NULL, NULL}};
