# The one list of sources: Makefile.am includes it and configure reads it for R's src/Makevars.
core_files = \
  src/core/adam.c \
  src/core/blocks.c \
  src/core/bootstrap.c \
  src/core/context.c \
  src/core/denoiser.c \
  src/core/denoiser_mixture.c \
  src/core/denoiser_network.c \
  src/core/drift.c \
  src/core/drift_builtin.c \
  src/core/drift_follmer.c \
  src/core/drift_function.c \
  src/core/expectation.c \
  src/core/fit_checkpoint.c \
  src/core/fit_denoiser.c \
  src/core/functional.c \
  src/core/gap_law.c \
  src/core/gemm.c \
  src/core/hash.c \
  src/core/info.c \
  src/core/json_number.c \
  src/core/level_law.c \
  src/core/level_paths.c \
  src/core/level_pilot.c \
  src/core/level_table.c \
  src/core/loss.c \
  src/core/memory.c \
  src/core/mlp.c \
  src/core/mlp_grad.c \
  src/core/model.c \
  src/core/model_file.c \
  src/core/multilevel.c \
  src/core/options.c \
  src/core/path_noise.c \
  src/core/paths.c \
  src/core/process.c \
  src/core/quantile.c \
  src/core/random_network.c \
  src/core/renewal_paths.c \
  src/core/rng.c \
  src/core/round.c \
  src/core/rows.c \
  src/core/run_estimate.c \
  src/core/sample.c \
  src/core/sample_grid.c \
  src/core/score_matching.c \
  src/core/sde.c \
  src/core/simd.c \
  src/core/status.c \
  src/core/summary.c \
  src/core/summary_json.c \
  src/core/summary_warning.c \
  src/core/tail_index.c \
  src/core/tally.c \
  src/core/tally_join.c \
  src/core/tally_json.c \
  src/core/target.c \
  src/core/target_gmm.c \
  src/core/tensor_file.c \
  src/core/threads.c \
  src/core/vector_math.c

# What follmer.h includes, and so what is installed.
core_api = \
  src/core/adam.h \
  src/core/context.h \
  src/core/denoiser.h \
  src/core/denoiser_mixture.h \
  src/core/drift.h \
  src/core/drift_builtin.h \
  src/core/drift_follmer.h \
  src/core/drift_function.h \
  src/core/expectation.h \
  src/core/fit_denoiser.h \
  src/core/follmer.h \
  src/core/functional.h \
  src/core/gap_law.h \
  src/core/hash.h \
  src/core/info.h \
  src/core/loss.h \
  src/core/memory.h \
  src/core/mlp.h \
  src/core/model.h \
  src/core/model_file.h \
  src/core/options.h \
  src/core/process.h \
  src/core/random_network.h \
  src/core/rows.h \
  src/core/sample.h \
  src/core/sde.h \
  src/core/simd.h \
  src/core/status.h \
  src/core/summary.h \
  src/core/summary_warning.h \
  src/core/tally.h \
  src/core/target.h \
  src/core/target_gmm.h \
  src/core/tensor_file.h \
  src/core/threads.h

# Headers of the core for itself.
core_private = \
  src/core/blocks.h \
  src/core/bootstrap.h \
  src/core/clones.h \
  src/core/denoiser_network.h \
  src/core/fit_checkpoint.h \
  src/core/gemm.h \
  src/core/json_number.h \
  src/core/level_law.h \
  src/core/level_paths.h \
  src/core/level_pilot.h \
  src/core/mlp_grad.h \
  src/core/multilevel.h \
  src/core/path_noise.h \
  src/core/paths.h \
  src/core/quantile.h \
  src/core/renewal_paths.h \
  src/core/rng.h \
  src/core/round.h \
  src/core/run_estimate.h \
  src/core/score_matching.h \
  src/core/simd_kernels.h \
  src/core/simd_vec.h \
  src/core/tail_index.h \
  src/core/vector_math.h

# The command.
cli_files = \
  src/cli/command.c \
  src/cli/command.h \
  src/cli/command_combine.c \
  src/cli/command_expect.c \
  src/cli/command_fit.c \
  src/cli/command_info.c \
  src/cli/command_run.c \
  src/cli/command_sample.c \
  src/cli/csv.c \
  src/cli/csv.h \
  src/cli/expectation_file.c \
  src/cli/expectation_file.h \
  src/cli/help.c \
  src/cli/help.h \
  src/cli/job.c \
  src/cli/job.h \
  src/cli/json_file.c \
  src/cli/json_file.h \
  src/cli/main.c \
  src/cli/npy.c \
  src/cli/npy.h \
  src/cli/output.c \
  src/cli/output.h \
  src/cli/progress.c \
  src/cli/progress.h \
  src/cli/rule.c \
  src/cli/rule.h \
  src/cli/table_file.c \
  src/cli/table_file.h

# The glue of the R package.
r_files = \
  src/r/condition.c \
  src/r/convert.c \
  src/r/denoiser.c \
  src/r/expectation.c \
  src/r/ffi.h \
  src/r/fit.c \
  src/r/function.c \
  src/r/gap.c \
  src/r/hash.c \
  src/r/info.c \
  src/r/init.c \
  src/r/job.c \
  src/r/loss.c \
  src/r/model.c \
  src/r/options.c \
  src/r/owner.c \
  src/r/process.c \
  src/r/random_network.c \
  src/r/sample.c \
  src/r/sde.c \
  src/r/tally.c \
  src/r/target.c

# Tests: programs of one file each (cmocka, and a fuzzer), and scripts of the command.
c_tests = \
  tests/c/fuzz_model \
  tests/c/test_adam \
  tests/c/test_blocks \
  tests/c/test_denoiser_mixture \
  tests/c/test_drift \
  tests/c/test_expectation \
  tests/c/test_fit_denoiser \
  tests/c/test_functional \
  tests/c/test_gap_law \
  tests/c/test_gemm \
  tests/c/test_loss \
  tests/c/test_mlp \
  tests/c/test_model_file \
  tests/c/test_multilevel \
  tests/c/test_options \
  tests/c/test_process \
  tests/c/test_random_network \
  tests/c/test_rng \
  tests/c/test_sample \
  tests/c/test_summary \
  tests/c/test_summary_warning \
  tests/c/test_table_file \
  tests/c/test_tally \
  tests/c/test_target \
  tests/c/test_tensor_file \
  tests/c/test_vector_math

cli_tests = \
  tests/cli/test-data.py \
  tests/cli/test-expect.py \
  tests/cli/test-interrupt.py \
  tests/cli/test-keys.py \
  tests/cli/test-model-file.py \
  tests/cli/test-r-agreement.sh

# What the tests share.
test_files = \
  tests/c/example_model.h \
  tests/c/example_tally.h \
  tests/c/seal.h \
  tests/c/testing.h \
  tests/cli/command.py

# Timings and reproductions.
bench_files = \
  bench/bench.h \
  bench/bits.sh \
  bench/coverage.c \
  bench/equations.h \
  bench/expect_speed.c \
  bench/memory.sh \
  bench/micro.c \
  bench/mlmc.R \
  bench/quality.c \
  bench/sampling_error.c \
  bench/speed.c \
  bench/speed.py \
  bench/speed_torch.py \
  bench/unbiased.c
