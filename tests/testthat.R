library(testthat)

Sys.setenv(OMP_THREAD_LIMIT = 2)
library(follmer)
test_check("follmer")
