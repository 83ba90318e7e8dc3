// The public C interface of libfollmer.
#ifndef FOLLMER_H
#define FOLLMER_H

#include "context.h"
#include "denoiser_mixture.h"
#include "fit_denoiser.h"
#include "info.h"
#include "loss.h"
#include "memory.h"
#include "model_file.h"
#include "options.h"
#include "process.h"
#include "sample.h"
#include "target_gmm.h"
#include "tensor_file.h"
#include "threads.h"

#endif
