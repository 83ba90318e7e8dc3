// Processes: the family of all kinds.
#include "process.h"

#include <math.h>
#include <stddef.h>

#define ADDRESS(name) &fol_process_##name.base,
const fol_kind *const fol_processes[] = {FOL_PROCESS_LIST(ADDRESS) NULL};
#undef ADDRESS

const fol_option fol_process_options[] = {FOL_PROCESS_KEYS(0), {0}};

fol_status fol_process_check(fol_context *ctx, const fol_process *process)
{
    return fol_options_check(ctx, fol_process_options, process);
}

fol_instant fol_process_time_point(const fol_process *process, const fol_instant *start, double k, double n)
{
    return fol_process_at(process, start->tau * ((n - k) / n));
}

fol_step fol_step_ancestral(const fol_instant *from, const fol_instant *to)
{
    const double rest = 1 - from->snr / to->snr;
    return (fol_step){.keep = to->scale / from->scale, .pull = to->a * rest, .noise = to->s * sqrt(rest)};
}
