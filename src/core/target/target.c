// Targets: what all of them share.
#include "target.h"

fol_status fol_target_gradient(const fol_target *target, size_t n, const double *x, double *out, void *work)
{
    const fol_field *field = &target->log_density;
    return field->pullback ? field->pullback(field, n, x, NULL, 0, NULL, out, work) : FOL_E_INPUT;
}

fol_status fol_target_denoiser(fol_context *ctx, const fol_target *target, const fol_process *process,
                               fol_denoiser **den)
{
    const fol_status status = fol_process_check(ctx, process);
    if (status == FOL_OK && !target->denoiser)
        return fol_fail(ctx, FOL_E_INPUT, "`target` must have an exact denoiser; \"%s\" has none.", target->name);
    return status == FOL_OK ? target->denoiser(ctx, target, process, den) : status;
}

void fol_target_free(fol_target *target)
{
    fol_field_free(target ? &target->log_density : NULL);
}
