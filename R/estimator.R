# What R says and shows of each estimator: its name, what it makes, what its
# layers are (NULL where they say nothing), and the first panel of its plot; the
# one whose page is of levels has no batches to show, and its runs are not pooled
# level by level. Those that are not listed are paths of so many steps.

estimators <- list(
  rhee_glynn = list(
    words = "Rhee-Glynn", makes = "draw", layers = "level",
    panel = function(x, j) plot_layer_shares(x)
  ),
  renewal = list(
    words = "renewal", makes = "draw", layers = "layers after the first",
    panel = function(x, j) plot_layer_shares(x)
  ),
  mlmc = list(
    words = "multilevel Monte Carlo", makes = "path", layers = "level",
    page = function(x, j) plot_levels(level_table(x$tallies[[1L]], j))
  )
)

estimator_named <- function(method) {
  estimators[[method]] %||% list(
    words = if (method == "euler") "Euler" else method, makes = "draw", layers = NULL,
    panel = function(x, j) plot_step_sizes(x, j)
  )
}

# The estimator of an estimate; of several that were pooled what they share.
estimator_of <- function(x) {
  found <- lapply(x$method, estimator_named)
  if (length(found) == 1L) {
    return(found[[1L]])
  }
  words <- vapply(found, `[[`, "", "words")
  list(
    words = paste(words, collapse = " and "), makes = "draw", layers = "level",
    panel = function(x, j) plot_layer_shares(x)
  )
}
