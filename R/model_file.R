#' Read and write models
#'
#' Models are safetensors files: R, the command `follmer` and other languages
#' read the same file, and a model that is written and read back draws the same
#' rows to the bit. A file is checked as a whole when it is read; one that is
#' torn, changed or foreign is refused. Another program may save it anew, in any
#' order, if it keeps the text `follmer` of the metadata. If it leaves out the
#' checksums, the file is read with a message.
#'
#' @section The file: A safetensors file whose metadata have a JSON object under
#'   `follmer`: `format` (`"follmer-model"`), `version` (2), the process, the
#'   columns, the seed, `networks` with the options of each network by its name,
#'   and under `config` all options of the fit. Its tensors are `mean`,
#'   `standardize.center`, `standardize.scale`, `history`, of transformed columns
#'   `transform.columns` (a row of each: kind, whole, knots, slopes at the ends) and
#'   `transform.knots` (coordinate, value), and the weights of each network, such as
#'   `denoiser.layers.0.weight` (inputs in rows). Files of
#'   version 1, which follmer 0.1.0 wrote, are read too; 0.1.0 does not read those
#'   of version 2.
#'
#' @param file Name of the file; by custom it ends in `.safetensors`. An
#'   existing file is replaced at once or not at all.
#' @param model A model of [fit_denoiser()].
#' @return `read_model()`: a model as of [fit_denoiser()]. `write_model()`: the
#'   model, invisibly.
#' @section Errors: `follmer_error_file` names the file and the reason.
#' @seealso [fit_denoiser()]
#' @examples
#' fit <- fit_denoiser(faithful, network = mlp(16), steps = 100, seed = 1)
#' file <- tempfile(fileext = ".safetensors")
#' write_model(fit, file)
#' identical(read_model(file), fit)
#' @name model_file
NULL

#' @rdname model_file
#' @export
read_model <- function(file) {
  fields <- answer(.Call(ffi_model_read, check_file(file)))
  if (isTRUE(attr(fields, "unsealed"))) {
    message(file, " has no checksum, so that damage to it would not be seen.")
    attr(fields, "unsealed") <- NULL
  }
  new_denoiser_fit(fields)
}

#' @rdname model_file
#' @export
write_model <- function(model, file) {
  check_class(model, "model", "follmer_fit", "a model of fit_denoiser()")
  answer(.Call(ffi_model_write, fit_bytes(model), check_file(file)))
  invisible(model)
}
