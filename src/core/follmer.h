// The public C interface of libfollmer.
#ifndef FOLLMER_H
#define FOLLMER_H

#include "context.h"
#include "denoiser_mixture.h"
#include "drift_builtin.h"
#include "drift_follmer.h"
#include "drift_function.h"
#include "expectation.h"
#include "fit_denoiser.h"
#include "hash.h"
#include "info.h"
#include "loss.h"
#include "memory.h"
#include "model_file.h"
#include "options.h"
#include "process.h"
#include "random_network.h"
#include "sample.h"
#include "summary_warning.h"
#include "target_gmm.h"
#include "tensor_file.h"
#include "threads.h"

#endif
