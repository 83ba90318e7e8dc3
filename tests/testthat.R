library(testthat)
library(follmer)

Sys.setenv(OMP_THREAD_LIMIT = 2)
set_threads(2)
test_check("follmer")
