# Pictures as they are drawn: a plot goes to an uncompressed PDF, in which every
# text and every disc is a line, and is checked for what must be there and for
# what must not.

# Runs a plot; the texts of its page with their boxes (in points), and how many
# marks (discs, filled shapes and bars) and strokes it has.
drawn <- function(plot, width = 7, height = 5) {
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file, width, height, compress = FALSE, useDingbats = TRUE, useKerning = FALSE)
  device <- grDevices::dev.cur()
  value <- tryCatch(force(plot), finally = grDevices::dev.off(device))
  lines <- readLines(file, encoding = "latin1", warn = FALSE)
  unlink(file)
  count <- function(pattern) sum(grepl(pattern, lines, useBytes = TRUE))
  disc <- "^/F1 1 Tf .*[(]l[)] Tj" # of the font of dingbats
  texts <- grep(" Tj", lines, value = TRUE, useBytes = TRUE)
  list(
    value = value, size = 72 * c(width, height), pages = count("/Type /Page "),
    text = pdf_texts(grep(disc, texts, invert = TRUE, value = TRUE)),
    marks = count(disc) + count("(^| )[fbB][*]?$"), strokes = count("(^| )S$")
  )
}

# A text is placed by its start (x, y) and its direction (a, b), as long as its
# type is high.
pdf_texts <- function(lines) {
  number <- "(-?[0-9.]+)"
  pattern <- paste0(
    "^/F([0-9]+) 1 Tf ", paste(rep(number, 6), collapse = " "), " Tm [(](.*)[)] Tj"
  )
  parts <- regmatches(lines, regexec(pattern, lines))
  stopifnot(lengths(parts) == 9L)
  field <- function(i) vapply(parts, `[[`, "", i)
  words <- gsub("\\\\([()\\\\])", "\\1", field(9))
  along <- cbind(as.numeric(field(3)), as.numeric(field(4)))
  type <- sqrt(rowSums(along^2))
  start <- cbind(as.numeric(field(7)), as.numeric(field(8)))
  long <- text_widths(words, bold = field(2) == "3") * along
  high <- 0.7 * cbind(-along[, 2], along[, 1])
  corners <- list(start, start + long, start + high, start + long + high)
  side <- function(which, j) do.call(which, lapply(corners, function(corner) corner[, j]))
  data.frame(
    words = words, type = type, left = side(pmin, 1), right = side(pmax, 1),
    low = side(pmin, 2), high = side(pmax, 2)
  )
}

# Widths in units of the size of the type.
text_widths <- function(words, bold) {
  grDevices::pdf(NULL, pointsize = 12)
  on.exit(grDevices::dev.off())
  graphics::plot.new()
  one <- function(words, font) graphics::strwidth(words, "inches", font = font) * 72 / 12
  if (length(words) == 0L) numeric() else mapply(one, words, ifelse(bold, 2, 1), USE.NAMES = FALSE)
}

# A picture of one page that returns its object, has all of `text` (each the
# whole of a text), at least so many marks and strokes, and no text that leaves
# the page, lies on another or says that a number is none.
expect_picture <- function(plot, object = NULL, text = character(), marks = 0, strokes = 1,
                           width = 7, height = 5) {
  picture <- drawn(plot, width, height)
  faults <- picture_faults(picture, text, marks, strokes)
  if (!is.null(object) && !identical(picture$value, object)) {
    faults <- c(faults, "the plot does not return its object")
  }
  expect(length(faults) == 0, paste(c("The picture has faults:", faults), collapse = "\n"))
  invisible(picture)
}

picture_faults <- function(picture, text = character(), marks = 0, strokes = 0) {
  none <- grep("\\b(NaN|NA|Inf|NULL)\\b", picture$text$words, value = TRUE)
  say <- function(what, words) if (length(words) > 0L) paste0(what, ": ", words)
  c(
    if (picture$pages != 1L) paste(picture$pages, "pages"),
    if (picture$marks < marks) paste(picture$marks, "marks, not", marks),
    if (picture$strokes < strokes) paste(picture$strokes, "strokes, not", strokes),
    say("not there", setdiff(text, picture$text$words)), say("no number", none),
    say("off the page", off_page(picture)), say("on each other", overlaps(picture$text))
  )
}

off_page <- function(picture) {
  box <- picture$text
  off <- box$left < 0 | box$low < 0 | box$right > picture$size[1] | box$high > picture$size[2]
  box$words[off]
}

# Pairs of texts that share more than a point of each direction.
overlaps <- function(box) {
  found <- character()
  for (i in seq_len(nrow(box))) {
    j <- seq_len(i - 1L)
    wide <- pmin(box$right[i], box$right[j]) - pmax(box$left[i], box$left[j])
    tall <- pmin(box$high[i], box$high[j]) - pmax(box$low[i], box$low[j])
    hit <- j[wide > 1 & tall > 1]
    found <- c(found, sprintf("%s | %s", box$words[hit], box$words[rep(i, length(hit))]))
  }
  found
}

# The limits of the axes of a plot: least and largest x, then y.
graphics_range <- function(plot) {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  force(plot)
  graphics::par("usr")
}
