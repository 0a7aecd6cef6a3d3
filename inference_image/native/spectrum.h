// A block of the last convolution with its leaky ReLU, and of exp(magnitude), sin(phase) and their real and imaginary parts.
#pragma once

#include <algorithm>

#include "functions.h"
#include "gemm.h"
#include "kernels.h"

namespace vp {

template <class Target>
struct SpectrumBlock {
    static constexpr int width = Target::width, most_rows = 96;
    // Magnitudes in columns 0.. and phases in columns 16..: each half is whole vectors on every target.
    static constexpr int half = 16, columns = 2 * half;
    static_assert(columns % panel<Target> == 0);

    static int64_t blocks(const Spectrum& task) { return (task.frames + most_rows - 1) / most_rows; }
    static Span span(const Spectrum& task, int64_t block) {
        return {block * most_rows, std::min<int64_t>(most_rows, task.frames - block * most_rows), 1};
    }
    static size_t staged_size(const Spectrum& task) { return static_cast<size_t>(most_rows + task.taps) * task.channels; }
    static size_t scratch(const Spectrum& task) { return staged_size(task) + most_rows * columns; }

    static void run(const Spectrum& task, int64_t block, float* scratch) {
        const Span rows = span(task, block);
        const int height = static_cast<int>(rows.count);
        float* products = scratch + staged_size(task);
        stage(task, rows.first - (task.taps - 1) / 2, height + task.taps - 1, scratch);
        multiply<Target>(scratch, task.channels, task.weights, height, columns, task.taps * task.channels, products, columns);
        for (int row = 0; row < height; ++row) {
            alignas(64) float real[half], imaginary[half];
            for (int c = 0; c < half; c += width) {
                const float* from = products + row * columns + c;
                const Vector<Target> raised = exponential<Target>(load<Target>(from) + load<Target>(task.bias + c));
                const Vector<Target> size = raised > task.loudest ? raised * 0.0f + task.loudest : raised;
                const Vector<Target> phase = sine<Target>(load<Target>(from + half) + load<Target>(task.bias + half + c));
                store<Target>(real + c, size * cosine_near_zero<Target>(phase));
                store<Target>(imaginary + c, size * sine<Target>(phase));
            }
            float* to = task.output + (rows.first + row) * 2 * task.bins;
            std::copy(real, real + task.bins, to);
            std::copy(imaginary, imaginary + task.bins, to + task.bins);
        }
    }

    static void stage(const Spectrum& task, int64_t first, int count, float* staged) {
        for (int i = 0; i < count; ++i, staged += task.channels) {
            const int64_t frame = first + i;
            if (frame < 0 || frame >= task.frames) {
                std::fill(staged, staged + task.channels, 0.0f);
                continue;
            }
            for (int c = 0; c < task.channels; c += width) {
                const Vector<Target> x = load<Target>(task.input + frame * task.channels + c) * task.factor;
                store<Target>(staged + c, x < 0.0f ? x * task.slope : x);
            }
        }
    }

    static constexpr Kernel<Spectrum> kernel{blocks, span, scratch, run};
};

// Rows of `depth` floats (the overlapping spectra) times the basis are `stride` samples each.
template <class Target>
struct SynthesisBlock {
    static constexpr int most_rows = 192, columns = 32;
    static_assert(columns % panel<Target> == 0);

    static int64_t blocks(const Synthesis& task) { return (task.rows + most_rows - 1) / most_rows; }
    static Span span(const Synthesis& task, int64_t block) {
        return {block * most_rows, std::min<int64_t>(most_rows, task.rows - block * most_rows), 1};
    }
    static size_t scratch(const Synthesis&) { return most_rows * columns; }

    static void run(const Synthesis& task, int64_t block, float* scratch) {
        const Span rows = span(task, block);
        const int used = (task.stride + panel<Target> - 1) / panel<Target> * panel<Target>;
        multiply<Target>(task.input + rows.first * task.input_stride, task.input_stride, task.weights,
                         static_cast<int>(rows.count), used, task.depth, scratch, columns);
        for (int64_t row = 0; row < rows.count; ++row)
            std::copy(scratch + row * columns, scratch + row * columns + task.stride,
                      task.samples + (rows.first + row) * task.stride);
    }

    static constexpr Kernel<Synthesis> kernel{blocks, span, scratch, run};
};

}  // namespace vp
