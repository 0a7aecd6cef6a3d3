// Adaptive instance normalisation: the statistics of blocks, merged, and a style's gain become scale and shift.
#pragma once

#include <cstdint>

#include "kernels.h"

namespace vp {

// Mean and reciprocal standard deviation (epsilon 1e-5) per channel, from the records of `task`'s blocks.
// Chan's merge in double, in the order of blocks, whoever computed them.
template <class Task>
void merge(const Kernel<Task>& kernel, const Task& task, int channels, float* mean, float* inverse_deviation);

// fc [128][2 * channels] over `timbre`: gains - 1, then offsets; -> scale and shift of the normalised channels.
void style(const float* weights, const float* bias, const float* timbre, int channels, float* gain_and_offset);
void apply_style(const float* gain_and_offset, const float* mean, const float* inverse_deviation, int channels, float* scale,
                 float* shift);

}  // namespace vp
