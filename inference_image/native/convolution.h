// A block of a Winograd convolution: norm and Snake while frames are staged, transform, products, back, bias + residual.
//
// Dilation d is d independent convolutions over every d-th frame (phases). A block is some tiles of one phase: small
// enough that transformed frames and products stay in the second-level cache.
#pragma once

#include <algorithm>

#include "functions.h"
#include "gemm.h"
#include "kernels.h"
#include "statistics.h"
#include "winograd.h"

namespace vp {

template <class Target, class Algorithm>
struct ConvolutionBlock {
    static constexpr int width = Target::width, outputs = Algorithm::outputs, size = Algorithm::size;

    static int64_t up(int64_t a, int64_t b) { return (a + b - 1) / b; }
    static int64_t frames_of(const Convolution& task, int64_t phase) {
        return std::max<int64_t>(0, up(task.frames - phase, task.dilation));
    }
    static int64_t tiles(const Convolution& task) { return up(frames_of(task, 0), outputs); }
    static int most_tiles(const Convolution& task) { return task.channels_in <= 128 ? 48 : 24; }
    static int64_t blocks_of_phase(const Convolution& task) { return up(tiles(task), most_tiles(task)); }
    // Blocks of equal size, whole rows of the microkernel: a small last one would leave a thread waiting.
    static int64_t tiles_of_block(const Convolution& task) {
        return std::min<int64_t>(most_tiles(task), up(up(tiles(task), blocks_of_phase(task)), Target::rows) * Target::rows);
    }

    static int64_t blocks(const Convolution& task) { return blocks_of_phase(task) * task.dilation; }

    static Span span(const Convolution& task, int64_t block) {
        const int64_t phase = block / blocks_of_phase(task), tiles = tiles_of_block(task);
        const int64_t first = block % blocks_of_phase(task) * tiles * outputs;
        const int64_t count = std::clamp<int64_t>(frames_of(task, phase) - first, 0, tiles * outputs);
        return {first * task.dilation + phase, count, task.dilation};
    }

    static size_t strip_size(const Convolution& task) { return (most_tiles(task) * outputs + size) * width; }
    static size_t scratch(const Convolution& task) {
        return strip_size(task) + static_cast<size_t>(size) * most_tiles(task) * (task.channels_in + task.channels_out);
    }

    static void run(const Convolution& task, int64_t block, float* scratch) {
        const Span rows = span(task, block);
        if (rows.count == 0) return;
        const int tiles = static_cast<int>(up(rows.count, outputs));
        float* strip = scratch;
        float* transformed = strip + strip_size(task);
        float* products = transformed + static_cast<size_t>(size) * most_tiles(task) * task.channels_in;
        for (int c = 0; c < task.channels_in; c += width) {
            stage(task, rows, tiles, c, strip);
            for (int i = 0; i < tiles; ++i) {
                Vector<Target> frames[size];
                unrolled<size>([&](auto j) { frames[j] = load<Target>(strip + (i * outputs + j) * width); });
                float* to = transformed + static_cast<size_t>(i) * task.channels_in + c;
                const size_t point = static_cast<size_t>(most_tiles(task)) * task.channels_in;
                transform_input<Target, Algorithm>(frames, [&](int p, Vector<Target> v) { store<Target>(to + p * point, v); });
            }
        }
        for (int p = 0; p < size; ++p)
            multiply<Target>(transformed + static_cast<size_t>(p) * most_tiles(task) * task.channels_in, task.channels_in,
                             task.weights + static_cast<size_t>(p) * task.channels_in * task.channels_out, tiles,
                             task.channels_out, task.channels_in,
                             products + static_cast<size_t>(p) * most_tiles(task) * task.channels_out, task.channels_out);
        finish(task, rows, tiles, products);
        if (task.statistics)
            measure<Target>(task.output + rows.first * task.channels_out, rows.stride * task.channels_out, rows.count,
                            task.channels_out, task.statistics + 2 * block * task.channels_out);
    }

    // One vector of channels of all frames that the block looks at, contiguous: 20 kB, in the first-level cache.
    static void stage(const Convolution& task, const Span& rows, int tiles, int c, float* strip) {
        const int64_t phase = rows.first % task.dilation, first = rows.first / task.dilation - (task.taps - 1) / 2;
        const int64_t wanted = static_cast<int64_t>(tiles - 1) * outputs + size;
        const int64_t begin = std::min(wanted, std::max<int64_t>(0, -first));
        const int64_t end = std::clamp(frames_of(task, phase) - first, begin, wanted);
        const int64_t stride = static_cast<int64_t>(task.dilation) * task.channels_in;
        const float* from = task.input + ((first + begin) * task.dilation + phase) * task.channels_in + c;
        std::fill(strip, strip + begin * width, 0.0f);
        std::fill(strip + end * width, strip + wanted * width, 0.0f);
        if (!task.snake.scale) {
            for (int64_t t = begin; t < end; ++t, from += stride) store<Target>(strip + t * width, load<Target>(from));
            return;
        }
        const Vector<Target> scale = load<Target>(task.snake.scale + c), shift = load<Target>(task.snake.shift + c);
        const Vector<Target> alpha = load<Target>(task.snake.alpha + c), inverse = load<Target>(task.snake.inverse_alpha + c);
        for (int64_t t = begin; t < end; ++t, from += stride) {
            const Vector<Target> v = load<Target>(from) * scale + shift;
            store<Target>(strip + t * width, squared_sine<Target>(v * alpha) * inverse + v);
        }
    }

    static void finish(const Convolution& task, const Span& rows, int tiles, const float* products) {
        const int channels = task.channels_out;
        const size_t point = static_cast<size_t>(most_tiles(task)) * channels;
        const int64_t stride = rows.stride * channels;
        for (int i = 0; i < tiles; ++i) {
            const int64_t left = rows.count - static_cast<int64_t>(i) * outputs;
            const int64_t at = (rows.first + static_cast<int64_t>(i) * outputs * rows.stride) * channels;
            for (int c = 0; c < channels; c += width) {
                const float* from = products + static_cast<size_t>(i) * channels + c;
                const Vector<Target> bias = load<Target>(task.bias + c);
                transform_output<Target, Algorithm>(
                    [&](int p) { return load<Target>(from + p * point); },
                    [&](int q, Vector<Target> y) {
                        if (q >= left) return;
                        const int64_t where = at + q * stride + c;
                        y += bias;
                        if (task.residual) y += load<Target>(task.residual + where);
                        if (task.accumulate) y += load<Target>(task.output + where);
                        store<Target>(task.output + where, y);
                    });
            }
        }
    }

    static constexpr Kernel<Convolution> kernel{blocks, span, scratch, run};
};

}  // namespace vp
