// Random networks: renewal draws with their layers kept, as the deep generative model of TR19 section 4.
#ifndef FOL_RANDOM_NETWORK_H
#define FOL_RANDOM_NETWORK_H

#include "gap_law.h"
#include "sde.h"

// The layers of n draws, one after another: draw i has layers offset[i] .. offset[i + 1] - 1, one for each drift
// evaluation (N + 1 of them). One block, freed by fol_random_network_free.
typedef struct {
    size_t n, d, n_layers;
    size_t *offset; // (n + 1)
    double *time;   // (n_layers): T_k, where the layer begins, in units of the horizon's own time
    double *state;  // (n_layers, d): X_k at its beginning
    double *noise;  // (n_layers, d): xi_(k+1)
    double *end;    // (n, d): X_(N+1)
    double *weight; // (n): what multiplies g(X_(N+1)) - g(X_N)
} fol_random_network;

// The draws are those of fol_expect with the same seed and gap law. FOL_E_INPUT, also when the drift stops the run;
// FOL_E_NUMERIC with the number of the draw (from 1) that has a state, end or weight which is not finite;
// FOL_E_INTERRUPT; FOL_E_MEMORY.
fol_status fol_random_network_new(fol_context *ctx, const fol_sde *sde, const fol_gap_law *gap, size_t n,
                                  fol_random_network **network);
void fol_random_network_free(fol_random_network *network);

#endif
