// What a kernel works on, and the table of kernels that every target fills. Plain data: this header is compiled for all
// targets and must not define functions that the linker could merge between them.
//
// Activations are [frames][channels] (NLC). A kernel computes one block of a task; blocks are independent of each other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vp {

// x -> v + sin(alpha v)^2 / alpha with v = scale x + shift: the adaptive instance norm, then Snake.
struct Snake {
    const float* scale;
    const float* shift;
    const float* alpha;
    const float* inverse_alpha;
};

// Stride 1, odd taps, zero padding that keeps the length; channels are multiples of 32.
struct Convolution {
    int taps, dilation, channels_in, channels_out;
    const float* weights;  // [point][columns / panel][channels_in][panel]
    const float* bias;
    Snake snake;  // all null: none

    int64_t frames;
    const float* input;
    const float* residual;  // may be `output`; null: none
    float* output;
    bool accumulate;     // add to what `output` holds
    float* statistics;   // [blocks][2][channels_out]; null: none
};

// Transposed convolution whose taps are a multiple of its stride, over leaky(factor x).
struct Upsampling {
    int stride, overlap, padding, channels_in, channels_out;  // taps = stride * overlap
    const float* weights;                                     // [overlap * channels_in] x [stride * channels_out], packed
    const float* bias;
    float factor, slope;
    bool reflect;  // one more row in front, a copy of row 1 before it was moved: torch's ReflectionPad1d((1, 0))

    int64_t frames_in, frames_out;  // `frames_out` includes the reflected row
    const float* input;
    const float* residual;
    float* output;
    float* statistics;
};

// A convolution with few input channels as a plain product: row t is the `depth` floats from input + t * input_stride.
struct Projection {
    int depth, channels_out;
    int64_t input_stride;
    const float* weights;
    const float* bias;

    int64_t frames;
    const float* input;
    float* output;
    float* statistics;
};

// The last convolution over leaky(factor x), then exp and sin: [frames][2 * bins], real parts before imaginary ones.
struct Spectrum {
    int taps, channels, bins;
    const float* weights;  // magnitudes in columns 0.., phases in columns 16.., of 32
    const float* bias;     // [32]
    float factor, slope;
    float loudest;  // of a magnitude

    int64_t frames;
    const float* input;
    float* output;
};

// Overlap-add of the inverse transform as a product with its basis; rows are `stride` samples.
struct Synthesis {
    int depth, stride;
    int64_t input_stride;
    const float* weights;

    int64_t rows;
    const float* input;
    float* samples;
};

// Which frames a block of a task covers: counted in rows of `output`, `stride` apart.
struct Span {
    int64_t first, count, stride;
};

template <class Task>
struct Kernel {
    int64_t (*blocks)(const Task&);
    Span (*span)(const Task&, int64_t block);  // also the frames behind record `block` of the statistics
    size_t (*scratch)(const Task&);            // floats
    void (*run)(const Task&, int64_t block, float* scratch);
};

enum class Function : int { sine, squared_sine, cosine_near_zero, exponential };

struct Kernels {
    const char* name;
    int panel;
    Kernel<Convolution> convolution3, convolution7, convolution11;
    Kernel<Upsampling> upsampling;
    Kernel<Projection> projection;
    Kernel<Spectrum> spectrum;
    Kernel<Synthesis> synthesis;
    void (*evaluate)(Function, const float* x, float* y, int64_t n);  // for tests; n is a multiple of 16
};

// Null when it was not compiled for this kind of processor.
const Kernels* baseline_kernels();
const Kernels* avx2_kernels();
const Kernels* avx512_kernels();

}  // namespace vp
