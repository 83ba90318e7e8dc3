// Random networks: renewal draws with their layers kept, as the deep generative model of TR19 section 4.
#include "random_network.h"

#include <stdlib.h>

fol_status fol_random_network_new(fol_context *ctx, const fol_sde *sde, const fol_gap_law *gap, size_t n,
                                  fol_random_network **network)
{
    (void) ctx;
    (void) sde;
    (void) gap;
    (void) n;
    (void) network;
    return fol_fail(ctx, FOL_E_INPUT, "Not written yet.");
}

void fol_random_network_free(fol_random_network *network)
{
    (void) network;
}
