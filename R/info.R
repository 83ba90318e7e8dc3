#' What this build runs on
#'
#' Says version, kernels and threads, and measures for about a tenth of a
#' second how fast they are.
#'
#' @return A list of class `follmer_info`: `version`; `gemm`, the library of
#'   matrix products and its kernel; `simd`, the level of vector instructions;
#'   `openmp`; `threads`, and in words what decides their number,
#'   `threads_reason` (see [set_threads()]); `gemm_gflops`, billions of
#'   operations a second of one thread; `normals_ns`, nanoseconds for a normal
#'   random number.
#' @param x What `follmer_info()` returned.
#' @param ... Unused.
#' @seealso [set_threads()]
#' @examples
#' follmer_info()
#' @export
follmer_info <- function() {
  structure(.Call(ffi_info), class = "follmer_info")
}

#' @rdname follmer_info
#' @export
print.follmer_info <- function(x, ...) {
  cat(
    "# follmer ", x$version, "\n",
    "matrix products: ", x$gemm, ", ", format(x$gemm_gflops, digits = 3L), " GFLOP/s a thread\n",
    "vector code:     ", x$simd, ", ", format(x$normals_ns, digits = 2L), " ns a normal\n",
    "threads:         ", x$threads, " (", x$threads_reason, ")\n",
    sep = ""
  )
  invisible(x)
}

#' Set the number of threads
#'
#' The number of threads that fits, draws and losses use unless they are told
#' another one. No result depends on it.
#'
#' The number of a computation is the first of these that there is: its own
#' argument `threads`; what `set_threads()` set; the environment variable
#' `OMP_NUM_THREADS`; and else the least of
#'
#' * the cores that the process may run on (its affinity),
#' * the CPU quota of its control group and of those above it, on Linux: a
#'   container's limit. Part of a core counts as one, so 1.5 cores are 2,
#' * `SLURM_CPUS_PER_TASK` in a job of Slurm,
#' * `NSLOTS` in a job of Grid Engine,
#' * 2 where `_R_CHECK_LIMIT_CORES_` is set and not `false`, as it is in
#'   `R CMD check --as-cran`.
#'
#' It is never more than `OMP_THREAD_LIMIT` allows, and 1 in a forked process.
#' The environment is looked at once, and again by `set_threads(NULL)`.
#' [follmer_info()] says the number, and why.
#'
#' @param n A whole number of at least 1, or `NULL`: as many as the environment
#'   says.
#' @return The number before, invisibly.
#' @section Errors: `follmer_error_input`.
#' @seealso [follmer_info()]
#' @examples
#' old <- set_threads(1)
#' set_threads(old)
#' @export
set_threads <- function(n = NULL) {
  n <- check_threads(n, "n")
  old <- .Call(ffi_threads)
  .Call(ffi_threads_set, n)
  invisible(old)
}
