#include "generator.h"

#include <algorithm>
#include <utility>

#include "arena.h"
#include "norm.h"
#include "vocoder.h"

namespace vp {

namespace {

struct Moments {
    float *mean, *inverse_deviation;
};

// [rows][columns] -> [columns][rows], in squares that fit the first-level cache.
void transpose(const float* from, int64_t rows, int64_t columns, float* to) {
    constexpr int64_t square = 32;
    for (int64_t c0 = 0; c0 < columns; c0 += square)
        for (int64_t r0 = 0; r0 < rows; r0 += square)
            for (int64_t c = c0; c < std::min(columns, c0 + square); ++c)
                for (int64_t r = r0; r < std::min(rows, r0 + square); ++r) to[c * rows + r] = from[r * columns + c];
}

size_t aligned(size_t floats) { return (floats + 15) / 16 * 16; }

// One run: the plan of its memory and the order of its operations.
//
// Four tensors of the last stage's size are alive at most: x (input of the three residual blocks), current (inside a
// block), between (after a block's first convolution) and sum. The first stage's tensors are a third of that size and
// lie in x and sum; what is read from outside waits in the rest of sum.
class Run {
public:
    Run(const Kernels& kernels, const Family& family, const Weights& weights, Pool& pool, int64_t frames,
        const volatile int* stop)
        : kernels_(kernels), family_(family), weights_(weights), pool_(pool), stop_(stop),
          noise_padding_(family.stride[1] / 2), frames_{frames * family.stride[0], family.source_frames(frames)},
          frames_in_(frames) {
        tensor_ = aligned(static_cast<size_t>(frames_[1]) * shape::channels[1]);
        measure_tasks();
    }

    size_t floats() const { return 4 * tensor_ + records_ + scratch_ * pool_.threads() + small; }

    void plan(float* memory) {
        const auto take = [&](size_t floats) { return std::exchange(memory, memory + floats); };
        x_ = take(tensor_), current_ = take(tensor_), between_ = take(tensor_), sum_ = take(tensor_);
        record_ = take(records_);
        scratch_of_threads_ = take(scratch_ * pool_.threads());
        for (auto* moments : {&of_x_, &of_current_, &of_between_})
            *moments = Moments{take(widest), take(widest)};
        gain_and_offset_ = take(2 * widest), scale_ = take(widest), shift_ = take(widest);
        std::fill(scale_, scale_ + widest, 1.0f);  // and no shift: where there is no norm
    }

    int run(const float* features, const float* timbre, const float* source, float* samples) {
        timbre_ = timbre;
        const size_t small_tensor = static_cast<size_t>(frames_[0]) * shape::channels[0];
        float* features_by_frame = between_;
        // Zeroed rows in front and behind are the padding of the first noise convolution.
        float* source_by_frame = sum_ + small_tensor + noise_padding_ * family_.source();
        transpose(features, shape::features, frames_in_, features_by_frame);
        transpose(source, family_.source(), frames_[1], source_by_frame);

        float* const first_stage = x_;
        float* const first_x = first_stage;
        float* const first_current = first_stage + small_tensor;
        float* const first_between = first_stage + 2 * small_tensor;
        stage(0, {first_x, first_current, first_between, sum_}, features_by_frame, source_by_frame);
        stage(1, {x_, current_, between_, sum_}, sum_, source_by_frame);
        synthesize(samples);
        return stopped() ? VP_STOPPED : VP_OK;
    }

private:
    struct Tensors {
        float *x, *current, *between, *sum;
    };
    static constexpr int widest = shape::channels[0];
    static constexpr size_t small = 10 * widest;

    bool stopped() const { return is_set(stop_); }

    template <class Task>
    void each_block(const Kernel<Task>& kernel, const Task& task) {
        struct Context {
            const Kernel<Task>& kernel;
            const Task& task;
            float* scratch;
            size_t scratch_size;
        } context{kernel, task, scratch_of_threads_, scratch_};
        pool_.run(
            kernel.blocks(task),
            [](const void* given, int64_t block, int thread) {
                const auto& c = *static_cast<const Context*>(given);
                c.kernel.run(c.task, block, c.scratch + thread * c.scratch_size);
            },
            &context, stop_);
    }

    // Runs a task that measures what it writes, where a norm needs to know.
    template <class Task>
    void each_block(const Kernel<Task>& kernel, Task task, const Moments& moments) {
        if (family_.timbre == 0) return each_block(kernel, task);
        task.statistics = record_;
        each_block(kernel, task);
        if (!stopped()) merge(kernel, task, task.channels_out, moments.mean, moments.inverse_deviation);
    }

    const Kernel<Convolution>& kernel_for(int taps) const {
        return taps == 3 ? kernels_.convolution3 : taps == 7 ? kernels_.convolution7 : kernels_.convolution11;
    }

    // One upsampling with its noise and its three residual blocks; their sum is left in `at.sum`, to be divided by three.
    void stage(int number, const Tensors& at, const float* input, const float* source) {
        Projection noise = noise_task(number);
        noise.input = source - (number == 0 ? noise_padding_ * family_.source() : 0);
        noise.output = at.current;
        each_block(kernels_.projection, noise, of_current_);
        residual_block(weights_.noise_residual[number], at.current, of_current_, at, at.current, false);

        Upsampling up = upsampling_task(number);
        up.input = input, up.residual = at.current, up.output = at.x;
        each_block(kernels_.upsampling, up, of_x_);
        for (int i = 0; i < 3; ++i)
            residual_block(weights_.residual[3 * number + i], at.x, of_x_, at, at.sum, i > 0);
    }

    // Three times: x + convolution(snake(norm(convolution(snake(norm(x)))))).
    void residual_block(const ResidualBlock& block, float* input, const Moments& of_input, const Tensors& at, float* output,
                        bool accumulate) {
        float* from = input;
        Moments of_from = of_input;
        for (int i = 0; i < 3; ++i) {
            Convolution first = convolution_task(block, shape::dilations[i]);
            prepare(first, block.first[i], of_from);
            first.input = from, first.output = at.between;
            each_block(kernel_for(block.taps), first, of_between_);
            if (stopped()) return;

            Convolution second = convolution_task(block, 1);
            prepare(second, block.second[i], of_between_);
            second.input = at.between, second.residual = from;
            if (i < 2) {
                second.output = at.current;
                each_block(kernel_for(block.taps), second, of_current_);
                from = at.current, of_from = of_current_;
            } else {
                second.output = output, second.accumulate = accumulate;
                each_block(kernel_for(block.taps), second);
            }
            if (stopped()) return;
        }
    }

    void prepare(Convolution& task, const StyledLayer& layer, const Moments& moments) {
        if (family_.timbre > 0) {
            style(layer.style.weight, layer.style.bias, timbre_, task.channels_in, gain_and_offset_);
            apply_style(gain_and_offset_, moments.mean, moments.inverse_deviation, task.channels_in, scale_, shift_);
        }
        task.weights = layer.convolution.weight, task.bias = layer.convolution.bias;
        task.snake = {scale_, shift_, layer.alpha, layer.inverse_alpha};
    }

    void synthesize(float* samples) {
        if (stopped()) return;
        // A zero row in front and one behind: the frames before the first and after the last.
        float* spectra = current_;
        const int bins = family_.source();
        std::fill(spectra, spectra + bins, 0.0f);
        std::fill(spectra + (frames_[1] + 1) * bins, spectra + (frames_[1] + 2) * bins, 0.0f);
        Spectrum spectrum = spectrum_task();
        spectrum.input = sum_, spectrum.output = spectra + bins;
        each_block(kernels_.spectrum, spectrum);

        Synthesis synthesis = synthesis_task();
        synthesis.input = spectra, synthesis.samples = samples;
        each_block(kernels_.synthesis, synthesis);
        // The exported graph knows the sum of windows of a single frame only: it divides the first window, 10 samples of
        // which are cut off, and leaves the rest as it is.
        const int cut = family_.window / 2;
        for (int i = cut; weights_.window_sum && i < family_.window; ++i)
            if (weights_.window_sum[i] > 1.1754943508222875e-38f) samples[i - cut] /= weights_.window_sum[i];
    }

    Projection noise_task(int stage) const {
        Projection task{};
        task.depth = family_.noise_taps[stage] * family_.source(), task.channels_out = shape::channels[stage];
        task.input_stride = stage == 0 ? family_.stride[1] * family_.source() : family_.source();
        task.weights = weights_.noise[stage].weight, task.bias = weights_.noise[stage].bias;
        task.frames = frames_[stage];
        return task;
    }

    Upsampling upsampling_task(int stage) const {
        Upsampling task{};
        task.stride = family_.stride[stage], task.overlap = 2, task.padding = family_.stride[stage] / 2;
        task.channels_in = stage == 0 ? shape::features : shape::channels[0], task.channels_out = shape::channels[stage];
        task.weights = weights_.upsampling[stage].weight, task.bias = weights_.upsampling[stage].bias;
        task.factor = stage == 0 ? 1.0f : 1.0f / 3.0f, task.slope = 0.1f;
        task.reflect = stage == 1;
        task.frames_in = stage == 0 ? frames_in_ : frames_[0], task.frames_out = frames_[stage];
        return task;
    }

    Convolution convolution_task(const ResidualBlock& block, int dilation) const {
        Convolution task{};
        task.taps = block.taps, task.dilation = dilation;
        task.channels_in = task.channels_out = block.channels;
        task.frames = frames_[block.channels == shape::channels[0] ? 0 : 1];
        return task;
    }

    Spectrum spectrum_task() const {
        Spectrum task{};
        task.taps = shape::last_taps, task.channels = shape::channels[1], task.bins = family_.bins;
        task.weights = weights_.last.weight, task.bias = weights_.last.bias;
        task.factor = 1.0f / 3.0f, task.slope = 0.01f, task.loudest = family_.loudest;
        task.frames = frames_[1];
        return task;
    }

    Synthesis synthesis_task() const {
        Synthesis task{};
        task.depth = family_.window / family_.hop * family_.source(), task.stride = family_.hop;
        task.input_stride = family_.source(), task.weights = weights_.basis;
        // The first row that is kept starts half a window in, at a multiple of the hop.
        task.rows = frames_[1] - 1;
        return task;
    }

    // The most that any task of this run needs for a thread's scratch and for statistics.
    void measure_tasks() {
        const auto consider = [&](const auto& kernel, const auto& task, int channels) {
            scratch_ = std::max(scratch_, aligned(kernel.scratch(task)));
            records_ = std::max(records_, aligned(static_cast<size_t>(kernel.blocks(task)) * 2 * channels));
        };
        for (int stage = 0; stage < 2; ++stage) {
            const int channels = shape::channels[stage];
            consider(kernels_.projection, noise_task(stage), channels);
            consider(kernels_.upsampling, upsampling_task(stage), channels);
            for (const int taps : shape::kernels)
                for (const int dilation : shape::dilations)
                    consider(kernel_for(taps), convolution_task({channels, taps, {}, {}}, dilation), channels);
        }
        consider(kernels_.spectrum, spectrum_task(), 0);
        consider(kernels_.synthesis, synthesis_task(), 0);
    }

    const Kernels& kernels_;
    const Family& family_;
    const Weights& weights_;
    Pool& pool_;
    const volatile int* stop_;
    int noise_padding_;
    int64_t frames_[2];  // after the first and the second upsampling
    int64_t frames_in_;
    size_t tensor_, records_ = 0, scratch_ = 0;

    const float* timbre_ = nullptr;
    float *x_, *current_, *between_, *sum_, *record_, *scratch_of_threads_, *gain_and_offset_, *scale_, *shift_;
    Moments of_x_{}, of_current_{}, of_between_{};
};

}  // namespace

std::unique_ptr<Generator> Generator::open(const void* data, size_t bytes, int threads, std::string& error) {
    const Packed packed(data, bytes, error);
    if (!error.empty()) return nullptr;
    const Kernels* kernels = kernels_named(packed.cpu_class());
    if (!kernels) {
        error = "weights packed for '" + std::string(packed.cpu_class()) + "'; this processor has " + best_kernels().name;
        return nullptr;
    }
    if (packed.family() >= family_count) {
        error = "weights of a generator of kind " + std::to_string(packed.family()) + ", which this library does not compute";
        return nullptr;
    }
    const Family& family = families[packed.family()];
    const Weights weights(packed, family, kernels->panel, error);
    if (!error.empty()) return nullptr;
    return std::unique_ptr<Generator>(new Generator(*kernels, family, weights, threads));
}

Generator::Generator(const Kernels& kernels, const Family& family, const Weights& weights, int threads)
    : kernels_(kernels), family_(family), weights_(weights), pool_(threads) {}

int Generator::run(const float* features, int64_t frames, const float* timbre, const float* source, float* samples,
                   const volatile int* stop) {
    const std::lock_guard lock(running_);
    Run run(kernels_, family_, weights_, pool_, frames, stop);
    const Arena arena(run.floats());
    if (!arena.data()) return VP_OUT_OF_MEMORY;
    run.plan(arena.data());
    return run.run(features, timbre, source, samples);
}

}  // namespace vp
