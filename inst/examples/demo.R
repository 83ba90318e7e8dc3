# demo.R DATA FOLDER: compares the draws FOLDER/samples.csv of a model with the DATA that it learned from:
# a table, and the picture FOLDER/faithful.png. `./bootstrap demo` runs it on R's `faithful`.

arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[2L]
data <- read.csv(arguments[1L])
draws <- read.csv(file.path(folder, "samples.csv"), comment.char = "#")
fit <- paste(readLines(file.path(folder, "fit.json")), collapse = " ")

summarise <- function(x) {
  c(
    "mean of eruptions (min)" = mean(x$eruptions),
    "mean of waiting (min)" = mean(x$waiting),
    "sd of eruptions" = sd(x$eruptions),
    "sd of waiting" = sd(x$waiting),
    "correlation" = cor(x$eruptions, x$waiting),
    "share of short eruptions (< 3 min)" = mean(x$eruptions < 3)
  )
}

standard_error <- function(x, resamples = 200L) {
  values <- replicate(resamples, summarise(x[sample.int(nrow(x), replace = TRUE), ]))
  apply(values, 1L, sd)
}

field <- function(name) {
  as.numeric(sub(sprintf('.*"%s": *([-0-9.eE+]+).*', name), "\\1", fit))
}

set.seed(1)
of_data <- summarise(data)
of_draws <- summarise(draws)
se_data <- standard_error(data)
se_draws <- standard_error(draws)
cat(sprintf("\n%-36s %16s %16s %6s\n", "", sprintf("data, n = %d", nrow(data)),
            sprintf("draws, n = %d", nrow(draws)), "z"))
cat(sprintf("%-36s %8.3f (%5.3f) %8.3f (%5.3f) %6.1f\n", names(of_data), of_data, se_data, of_draws, se_draws,
            (of_draws - of_data) / sqrt(se_data^2 + se_draws^2)), sep = "")
cat("In brackets: bootstrap standard errors. z: difference in standard errors.\n\n")
cat(sprintf("Loss (mean squared error of the predicted noise, per dimension): %.3f; on held-out rows %.3f.\n",
            field("loss"), field("validation")))

picture <- file.path(folder, "faithful.png")
png(picture, width = 1400L, height = 700L, res = 144L)
par(mfrow = c(1L, 2L), mar = c(4.2, 4.2, 2.5, 0.8), las = 1L, bty = "l")
panel <- function(x, title, alpha) {
  plot(x$eruptions, x$waiting,
    xlim = range(data$eruptions, draws$eruptions), ylim = range(data$waiting, draws$waiting),
    xlab = "eruption (min)", ylab = "waiting (min)", main = title,
    pch = 16L, cex = 0.6, col = adjustcolor("#1f5a8a", alpha)
  )
}
panel(data, sprintf("Old Faithful: %d eruptions", nrow(data)), 0.7)
panel(draws, sprintf("%s draws of the model", format(nrow(draws), big.mark = ",")), 0.12)
invisible(dev.off())
cat("Picture: ", picture, "\n", sep = "")
