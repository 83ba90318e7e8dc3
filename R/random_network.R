#' Random networks: the layers of renewal draws
#'
#' Each draw of the renewal estimator is a network of its own: it refreshes its
#' drift at random times, so it has a random number of layers. `random_network()`
#' returns draws with all that their layers are made of: the deep generative
#' model that Tzen and Raginsky (2019) describe in section 4.
#'
#' Layer `k` begins at time `T_k` in state `X_k` and passes on
#'
#' `X_(k+1) = X_k + b(X_k, T_k) (T_(k+1) - T_k) + sigma sqrt(T_(k+1) - T_k) noise_k`
#'
#' where `T_0 = 0`, the gaps `T_(k+1) - T_k`, as fractions of the horizon, have
#' the law `gap`, and the last layer ends at the horizon. For any constant `c`,
#' and `N` the number of the last layer (the first is 0), the mean of
#'
#' `c + weight ((g(X_(N+1)) - c) - (g(X_N) - c) 1{N > 0})`
#'
#' is `E g(X_T)` exactly. The draws are those of [expectation()] with method
#' `"renewal"`, the same `gap` and the same `seed`.
#'
#' @param object An [sde()], or what it can be made of: a model of
#'   [fit_denoiser()], an [exact_denoiser()] or a [target_gmm()].
#' @param n Number of draws.
#' @param gap Law of the gaps between layers, as [gap_exponential()] makes it.
#' @param seed A whole number in `[0, 2^53)`, or `NULL`: drawn from R's
#'   generator, so that [set.seed()] works.
#' @param threads Number of threads; `NULL`: as [set_threads()] says.
#' @param x Random networks.
#' @param i Which draw.
#' @param column Which column of the state to plot.
#' @param draws How many of the draws to plot, the first ones.
#' @param row.names,optional As in [as.data.frame()].
#' @param ... Further arguments of `plot()`; elsewhere unused.
#' @return `random_network()`: a list of class `follmer_random_network`, the
#'   layers of all draws one after another, those of draw `i` in rows
#'   `offset[i] + 1` to `offset[i + 1]`:
#'   * `offset`: `n + 1` numbers;
#'   * `time`: when the layer begins;
#'   * `state`: a matrix, the state at its beginning;
#'   * `noise`: a matrix of the same shape, the standard normal numbers of the
#'     layer;
#'   * `end`: an `n` x `d` matrix, the states at the horizon;
#'   * `weight`: `n` numbers;
#'   * `gap`, `horizon` and `seed`.
#'
#'   `length()` is the number of draws; `x[[i]]` is draw `i` alone, a list of
#'   `time`, `state`, `noise`, `end` and `weight`. `as.data.frame()` has a row
#'   for each layer of each draw (`draw`, `layer` from 0, `time`, a column for
#'   each column of the state, and its noise) and one for the end, which has no
#'   noise.
#' @section Errors: `follmer_error_input` names the argument;
#'   `follmer_error_numeric` when a state becomes non-finite.
#' @references Tzen and Raginsky (2019), *Theoretical guarantees for sampling
#'   and inference in generative models with latent diffusions*, COLT,
#'   arXiv 1903.01608; Henry-Labordere, Tan and Touzi (2017), *Unbiased
#'   simulation of stochastic differential equations*, Ann. Appl. Probab. 27.
#' @seealso [expectation()], [gap_exponential()], [tune_gap()]
#' @examples
#' x <- random_network(sde(drift_sin(), x0 = 0), 6, gap_exponential(2), seed = 1)
#' x
#' x[[1]]
#' as.data.frame(x)[1:4, ]
#' plot(x)
#' @export
random_network <- function(object, n = 10, gap = gap_exponential(1), seed = NULL,
                           threads = NULL) {
  object <- as_sde(object)
  n <- check_whole(n, "n")
  gap <- check_gap(gap)
  threads <- check_threads(threads)
  seed <- draw_seed(check_seed(seed))
  network <- answer(.Call(
    ffi_random_network, core_sde(object), core_gap(gap), n, run_settings(seed, threads)
  ))
  names <- column_names(object)
  for (part in c("state", "noise", "end")) {
    colnames(network[[part]]) <- names
  }
  structure(
    c(network, list(gap = gap, horizon = object$horizon, seed = seed)),
    class = "follmer_random_network"
  )
}

#' @rdname random_network
#' @export
length.follmer_random_network <- function(x) {
  nrow(unclass(x)$end)
}

#' @rdname random_network
#' @export
`[[.follmer_random_network` <- function(x, i) {
  if (is.character(i)) {
    return(unclass(x)[[i]])
  }
  i <- check_whole(i, "i", max = length(x))
  rows <- seq(x$offset[i] + 1, x$offset[i + 1])
  list(
    time = x$time[rows], state = x$state[rows, , drop = FALSE],
    noise = x$noise[rows, , drop = FALSE], end = x$end[i, ], weight = x$weight[i]
  )
}

# Layers of each draw, which are its drift evaluations.
network_depth <- function(x) {
  diff(x$offset)
}

#' @rdname random_network
#' @export
as.data.frame.follmer_random_network <- function(x, row.names = NULL, optional = FALSE, ...) {
  depth <- network_depth(x)
  draw <- rep(seq_along(x), depth)
  layer <- sequence(depth) - 1L
  noise <- x$noise
  colnames(noise) <- paste("noise", colnames(x$state))
  layers <- data.frame(draw, layer, time = x$time, x$state, noise, check.names = FALSE)
  noise <- matrix(NA_real_, nrow(x$end), ncol(noise), dimnames = list(NULL, colnames(noise)))
  ends <- data.frame(
    draw = seq_along(x), layer = depth, time = x$horizon, x$end, noise, check.names = FALSE
  )
  all <- rbind(layers, ends)
  all <- all[order(all$draw, all$layer), ]
  rownames(all) <- row.names
  all
}

#' @rdname random_network
#' @export
print.follmer_random_network <- function(x, ...) {
  depth <- network_depth(x)
  cat_wrapped(
    "# Random networks: ", count_words(length(x), "draw"), ", ", format(x$gap), ", seed ",
    format_seed(x$seed)
  )
  cat(
    "# ", count_words(ncol(x$end), "dimension"), ", ", min(depth), " to ", max(depth),
    " layers, mean ", format(mean(depth), digits = 3L), "\n", sep = ""
  )
  rows <- seq_len(min(length(x), 10L))
  times <- vapply(rows, function(i) {
    time <- trimws(formatC(x[[i]]$time, digits = 3L, format = "fg"))
    paste(c(time[seq_len(min(length(time), 6L))], if (length(time) > 6L) "..."), collapse = " ")
  }, "")
  table <- data.frame(layers = depth[rows], weight = signif(x$weight[rows], 4L), time = times)
  names(table)[3L] <- "layers begin at"
  print(table, right = FALSE)
  if (length(x) > length(rows)) {
    cat("# the first draws only\n")
  }
  invisible(x)
}

#' @rdname random_network
#' @export
plot.follmer_random_network <- function(x, column = 1, draws = 6, ...) {
  column <- check_whole(column, "column", max = ncol(x$end))
  draws <- seq_len(min(check_whole(draws, "draws"), length(x)))
  colour <- value_colours(length(draws))
  old <- graphics::par(no.readonly = TRUE)
  on.exit(graphics::par(old))
  graphics::layout(matrix(1:2), heights = c(5, 4))
  paths <- lapply(draws, layer_path, x = x, column = column)
  states <- vapply(paths, function(path) range(path[, 2L]), c(0, 0))
  left <- margin_lines(states)
  graphics::par(mar = c(0.5, left, title_lines(0.5, ...), 5), mgp = c(left - 1.2, 0.7, 0), las = 1L)
  plot_with(graphics::plot, list(
    NULL, xlim = c(0, x$horizon), ylim = range(states), xaxt = "n", xlab = "",
    ylab = paste("state,", colnames(x$end)[column])
  ), ...)
  draw_layer_paths(paths, colour)
  graphics::par(mar = c(3.6, left, 1, 5))
  plot_layer_times(x, draws, colour)
  invisible(x)
}

# The states from layer to layer: a network's own piecewise linear path.
layer_path <- function(x, i, column) {
  layers <- x[[i]]
  cbind(c(layers$time, x$horizon), c(layers$state[, column], layers$end[column]))
}

draw_layer_paths <- function(paths, colour) {
  for (i in seq_along(paths)) {
    path <- paths[[i]]
    last <- nrow(path)
    graphics::lines(path, col = colour[i])
    graphics::points(path[-last, , drop = FALSE], pch = 16L, col = colour[i])
    graphics::points(path[last, , drop = FALSE], pch = 21L, bg = "white", col = colour[i])
  }
}

# A line for each draw, with a mark where a layer begins and its weight beside it.
plot_layer_times <- function(x, draws, colour) {
  n <- length(draws)
  graphics::plot(
    NULL, xlim = c(0, x$horizon), ylim = c(n + 0.5, 0.5), yaxt = "n", xlab = "", ylab = "draw"
  )
  graphics::title(xlab = "time", line = 2.2)
  most <- graphics::par("pin")[2L] / (1.4 * graphics::strheight("0", "inches", cex = 0.7))
  named <- draws[seq(1L, n, by = ceiling(n / most))]
  graphics::mtext(named, 2L, at = named, line = 0.5, las = 1L, cex = 0.7)
  for (i in draws) {
    time <- x[[i]]$time
    graphics::segments(0, i, x$horizon, i, col = colour[i])
    graphics::points(time, rep(i, length(time)), pch = 16L, col = colour[i])
    graphics::points(x$horizon, i, pch = 21L, bg = "white", col = colour[i])
  }
  weight <- vapply(signif(x$weight[named], 2L), format, "")
  graphics::mtext(weight, 4L, at = named, line = 0.4, las = 1L, cex = 0.7)
  graphics::mtext("weight", 3L, at = graphics::par("usr")[2L], line = 0.1, adj = 0, cex = 0.7)
}
