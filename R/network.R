#' A multilayer perceptron
#'
#' The shape of the network that [fit_denoiser()] trains.
#'
#' @param hidden Widths of the hidden layers, one to sixteen whole numbers;
#'   `NULL`: three of 64 where a fit has fewer than 1200 rows, else of 128.
#' @param activation `"silu"`, `"relu"`, `"gelu"`, `"tanh"` or `"softplus"`.
#' @param time_features How the network is told the time: `"sinusoidal"`
#'   (the time, and sines and cosines of it) or `"raw"` (the time alone).
#' @param frequencies How many frequencies `"sinusoidal"` has.
#' @param x A network.
#' @param ... Unused.
#' @return A list of class `follmer_network` with these keys.
#' @seealso [fit_denoiser()]
#' @examples
#' mlp(c(64, 64), activation = "relu")
#' @export
mlp <- function(hidden = NULL, activation = "silu",
                time_features = "sinusoidal", frequencies = 8) {
  keys <- list(
    hidden = hidden, activation = activation, time_features = time_features,
    frequencies = frequencies
  )
  network <- resolve_options("fit", keys)[names(keys)]
  structure(network[lengths(network) > 0L], class = "follmer_network")
}

# The network among the options of a fit.
network_of <- function(options) {
  structure(options[names(formals(mlp))], class = "follmer_network")
}

#' @export
format.follmer_network <- function(x, ...) {
  time <- if (x$time_features == "raw") "raw" else paste(x$frequencies, "frequencies")
  width <- if (length(x$hidden) > 0L) paste(x$hidden, collapse = " x ") else "a width by the rows"
  paste0("mlp of ", width, ", ", x$activation, ", time: ", time)
}

#' @rdname mlp
#' @export
print.follmer_network <- function(x, ...) {
  cat_wrapped("# A network: ", format(x))
  invisible(x)
}
