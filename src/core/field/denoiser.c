// Denoisers: what all of them share.
#include "denoiser.h"

void fol_denoiser_free(fol_denoiser *den)
{
    fol_field_free(den ? &den->field : NULL);
}
