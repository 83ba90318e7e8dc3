// Registration of the entry points.
#include "ffi.h"

#include <R_ext/Rdynload.h>
#include <R_ext/Visibility.h>

// clang-format off
#define ENTRY(name, n) {#name, (DL_FUNC) (void (*)(void)) name, n}
// clang-format on

static const R_CallMethodDef entries[] = {
    ENTRY(ffi_denoise, 4),
    ENTRY(ffi_expect, 6),
    ENTRY(ffi_expect_options, 2),
    ENTRY(ffi_expectation_read, 1),
    ENTRY(ffi_fit_denoiser, 4),
    ENTRY(ffi_functional_each, 1),
    ENTRY(ffi_gap_envelope, 1),
    ENTRY(ffi_gap_log_density, 2),
    ENTRY(ffi_gap_log_generating, 2),
    ENTRY(ffi_gap_log_layers, 2),
    ENTRY(ffi_gap_log_survival, 3),
    ENTRY(ffi_gap_mean_layers, 1),
    ENTRY(ffi_gap_tuned, 2),
    ENTRY(ffi_hash, 1),
    ENTRY(ffi_info, 0),
    ENTRY(ffi_job_parse, 1),
    ENTRY(ffi_job_names, 0),
    ENTRY(ffi_job_write, 3),
    ENTRY(ffi_kinds, 1),
    ENTRY(ffi_level_table, 2),
    ENTRY(ffi_loss, 6),
    ENTRY(ffi_model_coordinates, 3),
    ENTRY(ffi_model_read, 1),
    ENTRY(ffi_model_write, 2),
    ENTRY(ffi_options, 2),
    ENTRY(ffi_process_at, 2),
    ENTRY(ffi_process_end, 1),
    ENTRY(ffi_random_network, 4),
    ENTRY(ffi_sample, 5),
    ENTRY(ffi_sample_grid, 2),
    ENTRY(ffi_sde_check, 1),
    ENTRY(ffi_summarise, 5),
    ENTRY(ffi_table_read, 3),
    ENTRY(ffi_summary_columns, 0),
    ENTRY(ffi_tally_join, 1),
    ENTRY(ffi_target_about, 1),
    ENTRY(ffi_target_draw, 3),
    ENTRY(ffi_target_gradient, 3),
    ENTRY(ffi_target_log_density, 3),
    ENTRY(ffi_threads, 0),
    ENTRY(ffi_threads_set, 1),
    {NULL, NULL, 0},
};

void attribute_visible R_init_follmer(DllInfo *dll)
{
    R_registerRoutines(dll, NULL, entries, NULL, NULL);
    R_useDynamicSymbols(dll, FALSE);
    R_forceSymbols(dll, TRUE);
}
