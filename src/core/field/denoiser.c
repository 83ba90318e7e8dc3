// Denoisers: what all of them share.
#include "denoiser.h"

#include "../base/memory.h"

void fol_denoiser_free(fol_denoiser *den)
{
    fol_free(den);
}
