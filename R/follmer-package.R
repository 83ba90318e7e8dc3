#' follmer: learn, sample and audit diffusion models
#'
#' A denoising diffusion learns to remove noise from data; run backwards from
#' pure noise, it draws new data. follmer fits such models, draws from them
#' and says how far they are from the best possible model.
#'
#' A first session: [fit_denoiser()] learns from a matrix or data frame,
#' [simulate()][simulate.follmer_denoiser] draws,
#' [summary()][summary.follmer_draws] compares the draws with data,
#' [denoising_loss()] measures the fit, [write_model()] saves it. Where the truth
#' is known, that is for Gaussians and their mixtures ([target_gaussian()],
#' [target_gmm()]),
#' [exact_denoiser()] and [bayes_loss()] give the best that any model can reach.
#'
#' Results depend on the seed and the inputs, never on the number of threads.
#'
#' @section Conditions:
#' Errors have the class `follmer_error` and one of `follmer_error_input` (an
#' argument), `follmer_error_file` (a file that cannot be read, written or
#' trusted), `follmer_error_numeric` (a value became non-finite) or
#' `follmer_error_memory`. Ctrl-C during long work raises a
#' `follmer_interrupt`, which is also a base R `interrupt`; it is not an error,
#' so that `try()` does not swallow it. A time limit of [setTimeLimit()] is R's
#' own error, as elsewhere.
#'
#' An error about an argument or a file carries what its message says in fields,
#' each where it applies: `argument`, its name; `wanted`, what it must be or what
#' is said of it; `given`, what it is; `entry`, `row` and `column`, where; `other`,
#' the argument that it does not go with or the name that was probably meant;
#' `source`, the file, and `line`, its line. So
#' `tryCatch(vp(beta_min = -1), follmer_error_input = function(e) e$argument)`
#' is `"beta_min"`.
#'
#' @keywords internal
#' @useDynLib follmer, .registration = TRUE
#' @importFrom stats coef confint nobs predict simulate vcov weights
"_PACKAGE"
