#' What this build runs on
#'
#' Says version, kernels and threads, and measures for about a tenth of a
#' second how fast they are.
#'
#' @return A list of class `follmer_info`: `version`; `gemm`, the library of
#'   matrix products and its kernel; `simd`, the level of vector instructions;
#'   `openmp`; `threads`; `gemm_gflops`, billions of operations a second of one
#'   thread; `normals_ns`, nanoseconds for a normal random number.
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
    "threads:         ", x$threads, if (!x$openmp) " (built without OpenMP)", "\n",
    sep = ""
  )
  invisible(x)
}

#' Set the number of threads
#'
#' The number of threads that fits, draws and losses use unless they are told
#' another one. No result depends on it. Never more than the environment
#' variable `OMP_THREAD_LIMIT` allows.
#'
#' @param n A whole number of at least 1, or `NULL`: as many as OpenMP takes by
#'   itself.
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
