test_that("draws in CSV are read to the bit, with what made them", {
  file <- tempfile(fileext = ".csv")
  x <- rtarget(two_clusters(), 2000, seed = 1)
  writeLines(c(
    "# follmer 0.1.0",
    "# job: {\"command\": \"sample\", \"method\": \"ode\", \"steps\": 50}",
    "# seed: 9007199254740991", "# threads: 2", "a,b",
    sprintf("%.17g,%.17g", x[, 1], x[, 2])
  ), file)
  draws <- read_draws(file)
  expect_identical(as.matrix(draws), x)
  expect_equal(attr(draws, "seed"), 2^53 - 1)
  expect_equal(attr(draws, "method"), "ode")
  expect_equal(attr(draws, "steps"), 50)
  expect_snapshot(draws)
})

test_that("draws know what made them in either form of the record", {
  file <- tempfile(fileext = ".csv")
  writeLines(c(
    "#follmer=0.1.0", "#command=\"sample\"", "#model=\"a\\u002cb\\\"=\"", "#method=\"ode\"",
    "#steps=50",
    "#snr_min=0.001", "#seed=9007199254740991", "#threads=2", "a,b", "1,2", "3,4"
  ), file)
  draws <- read_draws(file)
  expect_equal(attr(draws, "seed"), 2^53 - 1)
  expect_equal(attr(draws, "method"), "ode")
  expect_equal(attr(draws, "steps"), 50)
  expect_equal(as.matrix(read.csv(file, comment.char = "#")), as.matrix(draws))
  writeLines(c("#follmer=0.1.0", "#seed=", "a,b", "1,2", "3,4"), file)
  expect_null(attr(read_draws(file), "seed"))
})

test_that("other tables in CSV are read, too", {
  file <- tempfile(fileext = ".csv")
  expect_read <- function(lines, names) {
    writeLines(enc2utf8(lines), file, useBytes = TRUE)
    draws <- read_draws(file)
    expect_identical(as.matrix(draws), matrix(c(1, 3, 2, 4), 2, dimnames = list(NULL, names)))
    expect_null(attr(draws, "method"))
    draws
  }
  expect_read(c("1,2", "3,4"), c("x1", "x2"))
  expect_read(c("a;b", "1;2", "3;4"), c("a", "b"))
  expect_read(c("\"a, 1\",\u00e9", "1,2", "3,4"), c("a, 1", "\u00e9"))
  expect_equal(attr(expect_read(c("# seed: 3", "a,b", "1,2", "3,4"), c("a", "b")), "seed"), 3)
  expect_null(attr(expect_read(c("# seed: one", "1,2", "3,4"), c("x1", "x2")), "seed"))
  expect_null(attr(expect_read(c("# job: {", "1,2", "3,4"), c("x1", "x2")), "seed"))
})

# The bytes of an .npy file.
npy_bytes <- function(shape, numbers, type = "<f8", columns_first = "False") {
  header <- sprintf(
    "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", type, columns_first, shape
  )
  header <- paste0(formatC(header, width = -117), "\n")
  magic <- as.raw(c(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0))
  size <- as.integer(substring(type, 3L))
  c(magic, charToRaw(header), writeBin(numbers, raw(), size = size, endian = "little"))
}

test_that("draws in .npy are read to the bit", {
  file <- tempfile(fileext = ".npy")
  x <- rtarget(two_clusters(), 100, seed = 1)
  colnames(x) <- c("x1", "x2")
  read_back <- function(...) {
    writeBin(npy_bytes(...), file)
    as.matrix(read_draws(file))
  }
  expect_identical(read_back("100, 2", as.vector(t(x))), x)
  expect_identical(read_back("100, 2", as.vector(x), columns_first = "True"), x)
  expect_identical(read_back("100,", x[, 1]), x[, 1, drop = FALSE])
  expect_equal(read_back("100, 2", as.vector(t(x)), type = "<f4"), x, tolerance = 1e-6)
})

test_that("bad files of draws are refused with the place", {
  file <- tempfile(fileext = ".csv")
  expect_refused <- function(content, pattern) {
    if (is.character(content)) writeLines(content, file) else writeBin(content, file)
    expect_error(read_draws(file), pattern, class = "follmer_error_file")
  }
  expect_refused(c("# x", "a,b", "1,2", "3,x"), "line 4, column 2: a number is wanted, not 'x'")
  expect_refused(c("a,b", "1,2", "3"), "line 3: a row of 2 columns is wanted, not of 1")
  expect_refused(c("a,b", "1,2,"), "line 2: a row of 2 columns is wanted, not of 3")
  expect_refused("a,b", "at least one row of numbers is wanted")
  expect_refused(c("\"a,b", "1,2"), "line 1, column 1: a closing quote is wanted")
  expect_refused(c("a", "Inf"), "line 2, column 1: a number is wanted, not 'Inf'")
  expect_refused(as.raw(0:255), "line 1: text is wanted, not a zero byte")
  latin1 <- as.raw(c(0x31, 0x0a, 0x31, 0xe9))
  expect_refused(latin1, "line 2, column 1: a number is wanted, not '1\\?'")

  file <- tempfile(fileext = ".npy")
  expect_refused(npy_bytes("100, 2", 1), "is cut short")
  unknown <- npy_bytes("1, 2", c(1, NaN))
  expect_refused(unknown, "row 1, column 2: a finite number is wanted, not nan")
  expect_refused(npy_bytes("1, 2", 1:2, "<i4"), "must hold float64")
  expect_refused(raw(3), "is cut short")

  expect_error(read_draws(tempdir()), "Is a directory", class = "follmer_error_file")
  expect_error(read_draws("no/such/file.csv"), "No such file", class = "follmer_error_file")
  expect_error(read_draws("-"), "No such file", class = "follmer_error_file")
  expect_error(read_draws(3), class = "follmer_error_input")
})

test_that("names that are numbers, and rows in quotes, are told apart", {
  file <- tempfile(fileext = ".csv")
  below <- c("1.5,2", "0.5,7", "3,4", "2,3", "9,1")
  writeLines(c("2019,2020", below), file)
  expect_message(x <- read_draws(file), "was taken for the names")
  expect_identical(colnames(x), c("2019", "2020"))
  expect_silent(x <- read_draws(file, header = "no"))
  expect_identical(dim(x), c(6L, 2L))
  writeLines(gsub("([^,]+)", "\"\\1\"", below), file)
  expect_message(x <- read_draws(file), "was taken for a row")
  expect_identical(dim(x), c(5L, 2L))
  expect_silent(x <- read_draws(file, header = "yes"))
  expect_identical(dim(x), c(4L, 2L))
  expect_error(read_draws(file, header = TRUE), "`header` must be one of")
  writeLines(c("a,b,a", "1,2,3"), file)
  expect_error(read_draws(file), "a name of its own for each column is wanted, not 'a' twice")
})
