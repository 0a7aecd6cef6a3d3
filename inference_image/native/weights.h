// The generator's weights by role, found in a packed file.
#pragma once

#include <cstdint>
#include <string>

#include "kernels.h"
#include "packed.h"

namespace vp {

// What all iSTFTNet generators here have in common; engines/vocoder_weights.py packs for the same numbers.
namespace shape {
inline constexpr int features = 512;
inline constexpr int channels[2] = {256, 128};  // after the first and the second upsampling
inline constexpr int dilations[3] = {1, 3, 5};
inline constexpr int kernels[3] = {3, 7, 11};  // of the three parallel residual blocks after each upsampling
inline constexpr int noise_kernels[2] = {7, 11};
inline constexpr int last_taps = 7;
inline constexpr int last_columns = 32;  // magnitudes from column 0, phases from 16
}  // namespace shape

// And in what they differ. A packed file names its family by number.
struct Family {
    int timbre;         // floats of the style that every norm follows; 0: no norms
    int bins;           // of a spectrum
    int stride[2];      // of each upsampling: taps are twice the stride, padding is half of it
    int hop, window;    // of the inverse transform
    int noise_taps[2];  // twice the second stride, and one
    float loudest;      // of a magnitude
    bool first_window;  // whether the first samples are divided by the sum of windows over them, as Kokoro's graph does

    constexpr int source() const { return 2 * bins; }
    constexpr int64_t source_frames(int64_t frames) const { return frames * stride[0] * stride[1] + 1; }
    constexpr int64_t samples(int64_t frames) const { return (source_frames(frames) - 1) * hop; }
};
inline constexpr Family families[] = {
    {128, 11, {10, 6}, 5, 20, {12, 1}, 3.4e38f, true},  // Kokoro's
    {0, 9, {8, 8}, 4, 16, {16, 1}, 100.0f, false},      // CosyVoice's, which calls it HiFT
};
inline constexpr uint32_t family_count = 2;

struct Layer {
    const float *weight, *bias;
};

// A normalised (where `style` is there), activated convolution of a residual block.
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
    const float* basis;                 // of the inverse transform, scaled to what its windows add up to
    const float* window_sum = nullptr;  // [window]: what the first samples are divided by

    // What is missing or of another size is named in `error`.
    Weights(const Packed& packed, const Family& family, int panel, std::string& error);
};

}  // namespace vp
