# The one list of sources: Makefile.am includes it and configure reads it for R's src/Makevars.
core_files = \
  src/core/base/barrier.c \
  src/core/base/blocks.c \
  src/core/base/context.c \
  src/core/base/cores.c \
  src/core/base/cpu_quota.c \
  src/core/base/failure.c \
  src/core/base/hash.c \
  src/core/base/memory.c \
  src/core/base/rows.c \
  src/core/base/simd.c \
  src/core/base/status.c \
  src/core/base/threads.c \
  src/core/base/vector_math.c \
  src/core/base/version.c \
  src/core/chain/chain.c \
  src/core/chain/sample.c \
  src/core/estimate/estimator.c \
  src/core/estimate/estimator_euler.c \
  src/core/estimate/estimator_mlmc.c \
  src/core/estimate/estimator_renewal.c \
  src/core/estimate/estimator_rhee_glynn.c \
  src/core/estimate/euler_paths.c \
  src/core/estimate/expect_options.c \
  src/core/estimate/expectation.c \
  src/core/estimate/gap_count.c \
  src/core/estimate/gap_exponential.c \
  src/core/estimate/gap_gamma.c \
  src/core/estimate/gap_law.c \
  src/core/estimate/gap_uniform.c \
  src/core/estimate/gap_weibull.c \
  src/core/estimate/gap_words.c \
  src/core/estimate/level_law.c \
  src/core/estimate/level_paths.c \
  src/core/estimate/level_pilot.c \
  src/core/estimate/level_table.c \
  src/core/estimate/multilevel.c \
  src/core/estimate/paths.c \
  src/core/estimate/random_network.c \
  src/core/estimate/renewal_paths.c \
  src/core/estimate/round.c \
  src/core/estimate/run_estimate.c \
  src/core/estimate/sde.c \
  src/core/estimate/summary.c \
  src/core/estimate/summary_warning.c \
  src/core/estimate/tally.c \
  src/core/estimate/tally_bootstrap.c \
  src/core/estimate/tally_join.c \
  src/core/field/denoiser.c \
  src/core/field/denoiser_network.c \
  src/core/field/drift_builtin.c \
  src/core/field/drift_follmer.c \
  src/core/field/field.c \
  src/core/field/field_function.c \
  src/core/field/functional.c \
  src/core/fit/checkpoint.c \
  src/core/fit/fit_denoiser.c \
  src/core/fit/loss.c \
  src/core/fit/model.c \
  src/core/fit/model_file.c \
  src/core/fit/objective.c \
  src/core/fit/score_matching.c \
  src/core/fit/steps.c \
  src/core/fit/trainer.c \
  src/core/info.c \
  src/core/io/c_locale.c \
  src/core/io/csv.c \
  src/core/io/edit_distance.c \
  src/core/io/file.c \
  src/core/io/json_number.c \
  src/core/io/json_text.c \
  src/core/io/kind.c \
  src/core/io/members.c \
  src/core/io/members_json.c \
  src/core/io/npy.c \
  src/core/io/option.c \
  src/core/io/option_rules.c \
  src/core/io/options.c \
  src/core/io/options_json.c \
  src/core/io/real_text.c \
  src/core/io/record.c \
  src/core/io/table.c \
  src/core/io/table_file.c \
  src/core/io/tensor_file.c \
  src/core/io/utf8.c \
  src/core/job/job.c \
  src/core/job/job_combine.c \
  src/core/job/job_expect.c \
  src/core/job/job_fit.c \
  src/core/job/job_info.c \
  src/core/job/job_sample.c \
  src/core/network/adam.c \
  src/core/network/gemm.c \
  src/core/network/mlp.c \
  src/core/network/network.c \
  src/core/network/network_record.c \
  src/core/network/network_set.c \
  src/core/network/time_features.c \
  src/core/process/grid.c \
  src/core/process/linear_noise.c \
  src/core/process/localization.c \
  src/core/process/pbm.c \
  src/core/process/process.c \
  src/core/process/ve.c \
  src/core/process/vp.c \
  src/core/random/path_noise.c \
  src/core/random/rng.c \
  src/core/stats/bootstrap.c \
  src/core/stats/gamma.c \
  src/core/stats/moments.c \
  src/core/stats/quantile.c \
  src/core/stats/tail_index.c \
  src/core/target/denoiser_gmm.c \
  src/core/target/target.c \
  src/core/target/target_gmm.c

# What follmer.h includes, and so what is installed.
core_api = \
  src/core/base/blocks.h \
  src/core/base/context.h \
  src/core/base/failure.h \
  src/core/base/hash.h \
  src/core/base/memory.h \
  src/core/base/rows.h \
  src/core/base/simd.h \
  src/core/base/status.h \
  src/core/base/threads.h \
  src/core/base/version.h \
  src/core/chain/sample.h \
  src/core/estimate/estimator.h \
  src/core/estimate/expect_options.h \
  src/core/estimate/expectation.h \
  src/core/estimate/gap_law.h \
  src/core/estimate/level_table.h \
  src/core/estimate/random_network.h \
  src/core/estimate/sde.h \
  src/core/estimate/summary.h \
  src/core/estimate/summary_warning.h \
  src/core/estimate/tally.h \
  src/core/field/denoiser.h \
  src/core/field/denoiser_network.h \
  src/core/field/drift_builtin.h \
  src/core/field/drift_follmer.h \
  src/core/field/field.h \
  src/core/field/field_function.h \
  src/core/field/functional.h \
  src/core/fit/fit_denoiser.h \
  src/core/fit/loss.h \
  src/core/fit/model.h \
  src/core/fit/model_file.h \
  src/core/fit/training.h \
  src/core/follmer.h \
  src/core/info.h \
  src/core/io/file.h \
  src/core/io/kind.h \
  src/core/io/members.h \
  src/core/io/option.h \
  src/core/io/options.h \
  src/core/io/table.h \
  src/core/io/table_file.h \
  src/core/io/tensor_file.h \
  src/core/network/adam.h \
  src/core/network/mlp.h \
  src/core/network/network.h \
  src/core/network/time_features.h \
  src/core/process/grid.h \
  src/core/process/process.h \
  src/core/stats/moments.h \
  src/core/target/target.h \
  src/core/target/target_gmm.h

# Headers of the core for itself.
core_private = \
  src/core/base/barrier.h \
  src/core/base/cores.h \
  src/core/base/cpu_quota.h \
  src/core/base/simd_kernels.h \
  src/core/base/simd_vec.h \
  src/core/base/vector_math.h \
  src/core/base/vectorize.h \
  src/core/chain/chain.h \
  src/core/estimate/estimation.h \
  src/core/estimate/euler_paths.h \
  src/core/estimate/gap_words.h \
  src/core/estimate/level_law.h \
  src/core/estimate/level_paths.h \
  src/core/estimate/level_pilot.h \
  src/core/estimate/multilevel.h \
  src/core/estimate/paths.h \
  src/core/estimate/renewal_paths.h \
  src/core/estimate/round.h \
  src/core/estimate/run_estimate.h \
  src/core/estimate/tally_bootstrap.h \
  src/core/fit/checkpoint.h \
  src/core/fit/objective.h \
  src/core/fit/score_matching.h \
  src/core/fit/steps.h \
  src/core/fit/trainer.h \
  src/core/io/c_locale.h \
  src/core/io/csv.h \
  src/core/io/edit_distance.h \
  src/core/io/json_number.h \
  src/core/io/json_text.h \
  src/core/io/npy.h \
  src/core/io/option_rules.h \
  src/core/io/real_text.h \
  src/core/io/record.h \
  src/core/io/utf8.h \
  src/core/job/job.h \
  src/core/job/job_combine.h \
  src/core/job/job_expect.h \
  src/core/job/job_fit.h \
  src/core/job/job_info.h \
  src/core/job/job_sample.h \
  src/core/network/gemm.h \
  src/core/network/network_record.h \
  src/core/network/network_set.h \
  src/core/process/linear_noise.h \
  src/core/random/path_noise.h \
  src/core/random/rng.h \
  src/core/stats/bootstrap.h \
  src/core/stats/gamma.h \
  src/core/stats/quantile.h \
  src/core/stats/tail_index.h \
  src/core/target/denoiser_gmm.h \
  src/core/target/gmm.h

# The command: where it begins, and all else, which tests link, too.
cli_main = src/cli/main.c
cli_files = \
  src/cli/command.c \
  src/cli/command.h \
  src/cli/command_combine.c \
  src/cli/command_expect.c \
  src/cli/command_fit.c \
  src/cli/command_info.c \
  src/cli/command_run.c \
  src/cli/command_sample.c \
  src/cli/expectation_file.c \
  src/cli/expectation_file.h \
  src/cli/help.c \
  src/cli/help.h \
  src/cli/job.c \
  src/cli/job.h \
  src/cli/json_file.c \
  src/cli/json_file.h \
  src/cli/output.c \
  src/cli/output.h \
  src/cli/progress.c \
  src/cli/progress.h

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
  src/r/members.c \
  src/r/model.c \
  src/r/options.c \
  src/r/owner.c \
  src/r/process.c \
  src/r/random_network.c \
  src/r/sample.c \
  src/r/sde.c \
  src/r/table.c \
  src/r/tally.c \
  src/r/target.c \
  src/r/unwind.c

# Tests: programs of one file each (cmocka, and a fuzzer), and scripts of the command.
c_tests = \
  tests/c/fuzz_model \
  tests/c/test_adam \
  tests/c/test_barrier \
  tests/c/test_blocks \
  tests/c/test_chain \
  tests/c/test_cores \
  tests/c/test_denoiser_mixture \
  tests/c/test_drift \
  tests/c/test_expectation \
  tests/c/test_expectation_file \
  tests/c/test_failure \
  tests/c/test_file \
  tests/c/test_fit_denoiser \
  tests/c/test_functional \
  tests/c/test_gap_law \
  tests/c/test_gemm \
  tests/c/test_json_text \
  tests/c/test_levels \
  tests/c/test_loss \
  tests/c/test_members \
  tests/c/test_mlp \
  tests/c/test_model_file \
  tests/c/test_multilevel \
  tests/c/test_options \
  tests/c/test_process \
  tests/c/test_random_network \
  tests/c/test_record \
  tests/c/test_rng \
  tests/c/test_sample \
  tests/c/test_summary \
  tests/c/test_summary_warning \
  tests/c/test_table_file \
  tests/c/test_tally \
  tests/c/test_target \
  tests/c/test_tensor_file \
  tests/c/test_trainer \
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
  tests/c/failing_json.h \
  tests/c/seal.h \
  tests/c/testing.h \
  tests/cli/command.py \
  tests/cli/model-1.safetensors

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
