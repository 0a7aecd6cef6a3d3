// What the kernels of a language model work on, and their table for each target. Plain data, as kernels.h is.
//
// Weights are bytes, and so is what they are multiplied with: a row is rounded to bytes by itself. Keys, values and distances are
// bfloat16, the upper half of a float: 50 dB from it, where the weights leave 34.
#pragma once

#include <cstdint>

namespace vp {

inline constexpr int columns_at_once = 64, positions_at_once = 64;

// value = step * (byte - zero), and zero is 0.
struct Rounded {
    float step;
    int32_t zero;
};

// Weights go to 64 only: two products of a byte with them fit into 16 bits, which AVX2 adds them in.
struct ByteProduct {
    const int8_t* weights;             // [columns / 16][depth / 4][16][4]
    const float *scale, *sum, *bias;   // [columns]; sum: of a column's weights
    int depth, columns;                // multiples of 16 and of 64
};

enum class Then : int { store, store_positive, add };

// A layer's attention, one head of one row: (q + u) k + (q + v) p over all positions up to its own.
struct Attention {
    int heads, head, positions;        // head: a multiple of 16
    float scale;
    const float* other;                // v - u, [heads][head]; queries come with u
    const uint16_t* near;              // p by distance, largest first, scaled: [heads][head][positions + 64]
    uint16_t* keys;                    // [positions / 64][heads][head][64]
    uint16_t* values;                  // [positions][heads][head]
};

struct LanguageKernels {
    const char* name;
    void (*norm)(const float* x, const float* gain, const float* offset, float epsilon, int n, float* y);
    Rounded (*round)(const float* x, int n, uint8_t* bytes);
    // Columns 64 block.. of `rows` rows, `stride` apart in the output.
    void (*product)(const ByteProduct&, int64_t block, const uint8_t* input, const Rounded*, int rows, Then, float* output, int stride);
    void (*keep)(const Attention&, const float* keys, const float* values, int position);
    void (*attend)(const Attention&, const float* queries, int head, int position, float* scores, float* output);
};

// Null when it was not compiled for this kind of processor.
const LanguageKernels* baseline_language_kernels();
const LanguageKernels* avx2_language_kernels();
const LanguageKernels* vnni_language_kernels();

}  // namespace vp
