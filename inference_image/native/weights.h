// The generator's weights by role, found in a packed file.
#pragma once

#include <string>

#include "kernels.h"
#include "packed.h"

namespace vp {

// Kokoro's iSTFTNet generator; engines/vocoder_weights.py packs for the same numbers.
namespace shape {
inline constexpr int features = 512, timbre = 128, bins = 11, source = 2 * bins;
inline constexpr int channels[2] = {256, 128};  // after the first and the second upsampling
inline constexpr int stride[2] = {10, 6};       // taps are twice the stride, padding is half of it
inline constexpr int hop = 5, window = 20;
inline constexpr int dilations[3] = {1, 3, 5};
inline constexpr int kernels[3] = {3, 7, 11};  // of the three parallel residual blocks after each upsampling
inline constexpr int noise_kernels[2] = {7, 11};
inline constexpr int noise_taps[2] = {12, 1};
inline constexpr int last_taps = 7;
inline constexpr int last_columns = 32;  // magnitudes from column 0, phases from 16
}  // namespace shape

struct Layer {
    const float *weight, *bias;
};

// A normalised, activated convolution of a residual block.
struct StyledLayer {
    Layer convolution, style;
    const float *alpha, *inverse_alpha;
};

struct ResidualBlock {
    int channels, taps;
    StyledLayer first[3], second[3];
};

struct Weights {
    Layer upsampling[2], noise[2], last;
    ResidualBlock noise_residual[2], residual[6];
    const float* basis;       // of the inverse transform, scaled by window / hop
    const float* window_sum;  // [window]: what the first samples are divided by

    // What is missing or of another size is named in `error`.
    Weights(const Packed& packed, int panel, std::string& error);
};

}  // namespace vp
