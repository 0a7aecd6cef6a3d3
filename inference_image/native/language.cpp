#include "language.h"

#include <algorithm>

#include "vocoder.h"

namespace vp {

namespace {

constexpr uint32_t family = 2;  // of a packed file, beside those of generators
constexpr float layer_epsilon = 1e-12f, last_epsilon = 1e-5f;
constexpr int most_positions = 1 << 16, most_width = 1 << 14, most_head = 256;

int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// Bytes, and halves, lie in a file of floats.
template <class Value>
const Value* find_as(const Packed& packed, const std::string& name, int64_t count, std::string& error) {
    return reinterpret_cast<const Value*>(
        packed.find(name, static_cast<size_t>(rounded_up(count * sizeof(Value), sizeof(float)) / sizeof(float)), error));
}

ByteProduct find_product(const Packed& packed, const std::string& name, int depth, int columns, std::string& error) {
    columns = static_cast<int>(rounded_up(columns, columns_at_once));
    return {find_as<int8_t>(packed, name + ".weight", int64_t{depth} * columns, error),
            find_as<float>(packed, name + ".scale", columns, error),
            find_as<float>(packed, name + ".sum", columns, error),
            find_as<float>(packed, name + ".bias", columns, error),
            depth,
            columns};
}

bool sound(const LanguageSizes& s) {
    const auto within = [](int value, int most) { return value >= 1 && value <= most; };
    return within(s.layers, 1024) && within(s.heads, 1024) && within(s.head, most_head) && s.head % 16 == 0 &&
           within(s.width(), most_width) && within(s.inner, 4 * most_width) && s.inner % 16 == 0 &&
           within(s.positions, most_positions) && s.positions % positions_at_once == 0 && within(s.tokens, most_positions);
}

}  // namespace

// What a run writes to beside keys and values; rows of `x` are as wide as the widest product that adds to them.
struct LanguageModel::Room {
    Room(const LanguageSizes& s, int rows, int threads, const volatile int* stop)
        : rows(rows),
          stride(static_cast<int>(rounded_up(s.width(), columns_at_once))),
          three(static_cast<int>(rounded_up(3 * s.width(), columns_at_once))),
          four(static_cast<int>(rounded_up(s.inner, columns_at_once))),
          scores_of_a_thread(s.positions + positions_at_once),
          stop(stop),
          x(size_t(rows) * stride),
          normed(size_t(rows) * stride),
          queries(size_t(rows) * three),
          inner(size_t(rows) * four),
          scores(size_t(threads) * scores_of_a_thread),
          bytes(size_t(rows) * std::max(s.width(), s.inner)),
          rounded(rows) {}

    int rows, stride, three, four, scores_of_a_thread;
    const volatile int* stop;
    std::vector<float> x, normed, queries, inner, scores;
    std::vector<uint8_t> bytes;
    std::vector<Rounded> rounded;
};

std::unique_ptr<LanguageModel> LanguageModel::open(const void* data, size_t bytes, int threads, std::string& error) {
    const Packed packed(data, bytes, error);
    if (!error.empty()) return nullptr;
    if (packed.family() != family) {
        error = "weights of kind " + std::to_string(packed.family()) + ", which are no language model's";
        return nullptr;
    }
    const float* sizes = packed.find("sizes", 6, error);
    if (!sizes) return nullptr;
    LanguageSizes read{};
    int* const fields[] = {&read.layers, &read.heads, &read.head, &read.inner, &read.positions, &read.tokens};
    for (int i = 0; i < 6; ++i) *fields[i] = sizes[i] >= 0.0f && sizes[i] < 1e6f ? static_cast<int>(sizes[i]) : 0;
    if (!sound(read)) {
        error = "packed weights: sizes of a language model that this library does not compute";
        return nullptr;
    }
    // Laid out alike for all processors; a test names one kind of kernels.
    const std::string_view kind = packed.cpu_class();
    const LanguageKernels* kernels = kind == "any" ? &best_language_kernels() : language_kernels_named(kind);
    if (!kernels) {
        error = "weights for '" + std::string(kind) + "'; this processor has " + best_language_kernels().name;
        return nullptr;
    }
    auto model = std::unique_ptr<LanguageModel>(new LanguageModel(*kernels, read, threads));
    model->find(packed, error);
    return error.empty() ? std::move(model) : nullptr;
}

LanguageModel::LanguageModel(const LanguageKernels& kernels, const LanguageSizes& sizes, int threads)
    : kernels_(kernels), sizes_(sizes), pool_(threads) {}

void LanguageModel::find(const Packed& packed, std::string& error) {
    const LanguageSizes& s = sizes_;
    const auto norm = [&](const std::string& name) {
        return Norm{packed.find(name + ".weight", s.width(), error), packed.find(name + ".bias", s.width(), error)};
    };
    for (int at = 0; at < s.layers; ++at) {
        const std::string name = std::to_string(at) + ".";
        layers_.push_back({norm(name + "norm1"), norm(name + "norm2"),
                           find_product(packed, name + "queries", s.width(), 3 * s.width(), error),
                           find_product(packed, name + "out", s.width(), s.width(), error),
                           find_product(packed, name + "inner", s.width(), s.inner, error),
                           find_product(packed, name + "outer", s.inner, s.width(), error),
                           packed.find(name + "other", s.width(), error),
                           find_as<uint16_t>(packed, name + "near", int64_t{s.width()} * (s.positions + positions_at_once), error)});
    }
    last_ = norm("norm");
    scores_ = find_product(packed, "scores", s.width(), s.tokens, error);
}

int LanguageModel::run(const float* rows, int count, int before, uint16_t* kept, float* scores, const volatile int* stop) {
    const LanguageSizes& s = sizes_;
    if (count < 1 || before < 0 || count > s.positions - before) return VP_BAD_ARGUMENT;
    const std::lock_guard lock(running_);
    Room room(s, count, pool_.threads(), stop);
    for (int row = 0; row < count; ++row)
        std::copy_n(rows + int64_t{row} * s.width(), s.width(), room.x.data() + int64_t{row} * room.stride);
    for (int at = 0; at < s.layers; ++at) {
        layer(layers_[at], room, before, kept + at * s.kept());
        if (is_set(stop)) return VP_STOPPED;
    }
    const float* last = room.x.data() + int64_t{count - 1} * room.stride;
    kernels_.norm(last, last_.gain, last_.offset, last_epsilon, s.width(), room.normed.data());
    room.rows = 1;
    std::vector<float> all(scores_.columns);
    multiply(scores_, room, room.normed.data(), room.stride, Then::store, all.data());
    std::copy_n(all.data(), s.tokens, scores);
    return is_set(stop) ? VP_STOPPED : VP_OK;
}

void LanguageModel::layer(const Layer& layer, Room& room, int before, uint16_t* kept) {
    const LanguageSizes& s = sizes_;
    const auto normed = [&](const Norm& norm) {
        for (int64_t row = 0; row < room.rows; ++row)
            kernels_.norm(room.x.data() + row * room.stride, norm.gain, norm.offset, layer_epsilon, s.width(),
                          room.normed.data() + row * room.stride);
    };
    const Attention attention{s.heads, s.head, s.positions, 1.0f / __builtin_sqrtf(static_cast<float>(s.head)), layer.other, layer.near,
                              kept, kept + s.kept() / 2};
    normed(layer.before_attention);
    multiply(layer.queries, room, room.normed.data(), room.stride, Then::store, room.queries.data());
    for (int row = 0; row < room.rows; ++row) {
        const float* made = room.queries.data() + int64_t{row} * room.three;
        kernels_.keep(attention, made + s.width(), made + 2 * s.width(), before + row);
    }
    attend(attention, room, before);
    multiply(layer.out, room, room.normed.data(), room.stride, Then::add, room.x.data());
    normed(layer.before_inner);
    multiply(layer.inner, room, room.normed.data(), room.stride, Then::store_positive, room.inner.data());
    multiply(layer.outer, room, room.inner.data(), room.four, Then::add, room.x.data());
}

void LanguageModel::multiply(const ByteProduct& product, Room& room, const float* input, int input_stride, Then then, float* output) {
    for (int64_t row = 0; row < room.rows; ++row)
        room.rounded[row] = kernels_.round(input + row * input_stride, product.depth, room.bytes.data() + row * product.depth);
    struct Context {
        const LanguageKernels& kernels;
        const ByteProduct& product;
        const Room& room;
        Then then;
        float* output;
    } context{kernels_, product, room, then, output};
    pool_.run(
        product.columns / columns_at_once,
        [](const void* given, int64_t block, int) {
            const auto& c = *static_cast<const Context*>(given);
            c.kernels.product(c.product, block, c.room.bytes.data(), c.room.rounded.data(), c.room.rows, c.then, c.output,
                              c.product.columns);
        },
        &context, room.stop);
}

void LanguageModel::attend(const Attention& attention, Room& room, int before) {
    struct Context {
        const LanguageKernels& kernels;
        const Attention& attention;
        Room& room;
        int before;
    } context{kernels_, attention, room, before};
    pool_.run(
        int64_t{room.rows} * attention.heads,
        [](const void* given, int64_t block, int thread) {
            const auto& c = *static_cast<const Context*>(given);
            Room& room = c.room;
            const int row = static_cast<int>(block / c.attention.heads), head = static_cast<int>(block % c.attention.heads);
            const int at = head * c.attention.head;
            c.kernels.attend(c.attention, room.queries.data() + int64_t{row} * room.three + at, head, c.before + row,
                             room.scores.data() + int64_t{thread} * room.scores_of_a_thread,
                             room.normed.data() + int64_t{row} * room.stride + at);
        },
        &context, room.stop);
}

}  // namespace vp
