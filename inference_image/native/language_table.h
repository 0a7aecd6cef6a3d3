// The kernels of a language model for one target.
#pragma once

#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "functions.h"
#include "language_kernels.h"

namespace vp {

// Sums of 16 columns, four products at a time.
template <class Target>
struct ByteSums {
    int32_t sum[16] = {};

    void add(const uint8_t* row, const int8_t* weights) {
        for (int c = 0; c < 16; ++c)
            for (int i = 0; i < 4; ++i) sum[c] += row[i] * weights[4 * c + i];
    }
    void store(int32_t* to) const { std::memcpy(to, sum, sizeof sum); }
};

template <class Target>
inline int32_t four_bytes(const uint8_t* from) {
    int32_t four;
    std::memcpy(&four, from, sizeof four);
    return four;
}

#if defined(__AVX2__)
template <>
struct ByteSums<Avx2> {
    __m256i sum[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};

    [[gnu::always_inline]] void add(const uint8_t* row, const int8_t* weights) {
        const __m256i four = _mm256_set1_epi32(four_bytes<Avx2>(row)), ones = _mm256_set1_epi16(1);
        for (int half = 0; half < 2; ++half) {
            const __m256i column = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights) + half);
            sum[half] = _mm256_add_epi32(sum[half], _mm256_madd_epi16(_mm256_maddubs_epi16(four, column), ones));
        }
    }
    void store(int32_t* to) const {
        for (int half = 0; half < 2; ++half) _mm256_storeu_si256(reinterpret_cast<__m256i*>(to) + half, sum[half]);
    }
};
#endif

#if defined(__AVX512VNNI__)
template <>
struct ByteSums<Vnni> {
    __m512i sum = _mm512_setzero_si512();

    [[gnu::always_inline]] void add(const uint8_t* row, const int8_t* weights) {
        sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi32(four_bytes<Vnni>(row)), _mm512_loadu_si512(weights));
    }
    void store(int32_t* to) const { _mm512_storeu_si512(to, sum); }
};
#endif

template <class Target>
inline void finish(const ByteProduct& p, int column, const ByteSums<Target>& sums, Rounded rounded, Then then, float* output) {
    alignas(64) int32_t sum[16];
    sums.store(sum);
    for (int c = 0; c < 16; ++c) {
        const int at = column + c;
        const float exact = static_cast<float>(sum[c]) - static_cast<float>(rounded.zero) * p.sum[at];
        const float value = rounded.step * p.scale[at] * exact + p.bias[at];
        if (then == Then::add)
            output[at] += value;
        else
            output[at] = then == Then::store_positive && value < 0.0f ? 0.0f : value;
    }
}

// One row: weights come from memory, in four streams, each read once.
template <class Target>
inline void one_row(const ByteProduct& p, int64_t block, const uint8_t* row, Rounded rounded, Then then, float* output) {
    constexpr int panels = columns_at_once / 16, ahead = 2048;
    const int64_t apart = int64_t{p.depth} * 16;
    const int8_t* weights = p.weights + block * panels * apart;
    ByteSums<Target> sums[panels];
    for (int k = 0; k < p.depth; k += 4, weights += 64)
        unrolled<panels>([&](auto i) {
            __builtin_prefetch(weights + i * apart + ahead);
            sums[i].add(row + k, weights + i * apart);
        });
    for (int i = 0; i < panels; ++i)
        finish(p, static_cast<int>(block) * columns_at_once + 16 * i, sums[i], rounded, then, output);
}

// Several rows: each piece of weights is used for all of them.
template <class Target, int rows>
inline void some_rows(const ByteProduct& p, int column, const uint8_t* input, const Rounded* rounded, Then then, float* output, int stride) {
    const int8_t* weights = p.weights + int64_t{column} * p.depth;
    ByteSums<Target> sums[rows];
    for (int k = 0; k < p.depth; k += 4, weights += 64)
        unrolled<rows>([&](auto r) { sums[r].add(input + int64_t{r} * p.depth + k, weights); });
    for (int r = 0; r < rows; ++r) finish(p, column, sums[r], rounded[r], then, output + int64_t{r} * stride);
}

template <class Target>
inline void product(const ByteProduct& p, int64_t block, const uint8_t* input, const Rounded* rounded, int rows, Then then, float* output,
                    int stride) {
    constexpr int together = 4;
    int row = 0;
    if (rows >= together)
        for (int column = 0; column < columns_at_once; column += 16)
            for (row = 0; row + together <= rows; row += together)
                some_rows<Target, together>(p, static_cast<int>(block) * columns_at_once + column, input + int64_t{row} * p.depth,
                                            rounded + row, then, output + int64_t{row} * stride, stride);
    for (; row < rows; ++row)
        one_row<Target>(p, block, input + int64_t{row} * p.depth, rounded[row], then, output + int64_t{row} * stride);
}

template <class Target>
inline float sum_of(Vector<Target> x) {
    float sum = 0.0f;
    for (int i = 0; i < Target::width; ++i) sum += x[i];
    return sum;
}

template <class Target>
inline void norm(const float* x, const float* gain, const float* offset, float epsilon, int n, float* y) {
    Vector<Target> sum{}, squares{};
    for (int i = 0; i < n; i += Target::width) sum += load<Target>(x + i);
    const float mean = sum_of<Target>(sum) / static_cast<float>(n);
    for (int i = 0; i < n; i += Target::width) {
        const Vector<Target> apart = load<Target>(x + i) - mean;
        squares += apart * apart;
    }
    const float factor = 1.0f / __builtin_sqrtf(sum_of<Target>(squares) / static_cast<float>(n) + epsilon);
    for (int i = 0; i < n; i += Target::width)
        store<Target>(y + i, (load<Target>(x + i) - mean) * factor * load<Target>(gain + i) + load<Target>(offset + i));
}

template <class Target>
inline Rounded rounded(const float* x, int n, uint8_t* bytes) {
    Vector<Target> low{}, high{}, odd{};
    for (int i = 0; i < n; i += Target::width) {
        const Vector<Target> at = load<Target>(x + i);
        low = at < low ? at : low;
        high = at > high ? at : high;
        odd += at - at;  // 0, but for what is no number
    }
    float least = 0.0f, most = 0.0f;
    for (int i = 0; i < Target::width; ++i) {
        least = low[i] < least ? low[i] : least;
        most = high[i] > most ? high[i] : most;
    }
    const float step = (most - least) / 255.0f + sum_of<Target>(odd);
    if (!(step > 1e-30f)) {  // nothing but zeros; or no numbers, and then products are none either
        std::memset(bytes, 0, n);
        return {step, 0};
    }
    const auto zero = static_cast<int32_t>(0.5f - least / step);
    const float factor = 1.0f / step, shift = static_cast<float>(zero) + 0.5f;
    for (int i = 0; i < n; ++i) {
        const auto at = static_cast<int32_t>(x[i] * factor + shift);
        bytes[i] = static_cast<uint8_t>(at > 255 ? 255 : at);
    }
    return {step, zero};
}

template <class Target>
[[gnu::always_inline]] inline Vector<Target> widened(const uint16_t* from) {
    using Wholes = typename VectorOf<Target>::Wholes;
    typename VectorOf<Target>::Halves halves;
    std::memcpy(&halves, from, sizeof halves);
    const Wholes wide = __builtin_convertvector(halves, Wholes) << 16;
    return reinterpret_cast<Vector<Target>>(wide);
}

template <class Target>
inline uint16_t halved(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

template <class Target>
inline void keep(const Attention& a, const float* keys, const float* values, int position) {
    const int width = a.heads * a.head;
    uint16_t* key = a.keys + int64_t{position / positions_at_once} * width * positions_at_once + position % positions_at_once;
    for (int i = 0; i < width; ++i) key[int64_t{i} * positions_at_once] = halved<Target>(keys[i]);
    uint16_t* value = a.values + int64_t{position} * width;
    for (int i = 0; i < width; ++i) value[i] = halved<Target>(values[i]);
}

template <class Target>
inline void scores_of(const Attention& a, const float* own, const float* apart, int head, int position, float* scores) {
    constexpr int vectors = positions_at_once / Target::width, group = vectors < 4 ? vectors : 4;
    const int stride = a.positions + positions_at_once;
    const uint16_t* near = a.near + int64_t{head} * a.head * stride + a.positions - 1 - position;
    for (int j = 0; j <= position; j += group * Target::width) {
        const int within = j % positions_at_once;
        const uint16_t* key = a.keys + (int64_t{j / positions_at_once} * a.heads + head) * a.head * positions_at_once + within;
        Vector<Target> sum[group] = {};
        for (int d = 0; d < a.head; ++d) {
            __builtin_prefetch(near + int64_t{d} * stride + j + group * Target::width);
            const Vector<Target> q = splat<Target>(own[d]), r = splat<Target>(apart[d]);
            unrolled<group>([&](auto v) {
                sum[v] += q * widened<Target>(key + d * positions_at_once + v * Target::width) +
                          r * widened<Target>(near + int64_t{d} * stride + j + v * Target::width);
            });
        }
        unrolled<group>([&](auto v) { store<Target>(scores + j + v * Target::width, sum[v]); });
    }
}

// Scores become shares; what is behind the last position counts for nothing.
template <class Target>
inline float shares_of(float* scores, int count) {
    float most = scores[0];
    for (int j = 1; j < count; ++j) most = scores[j] > most ? scores[j] : most;
    const int end = (count + Target::width - 1) / Target::width * Target::width;
    for (int j = count; j < end; ++j) scores[j] = -1e30f;
    Vector<Target> sum{};
    for (int j = 0; j < end; j += Target::width) {
        const Vector<Target> share = exponential<Target>(load<Target>(scores + j) - most);
        sum += share;
        store<Target>(scores + j, share);
    }
    return sum_of<Target>(sum);
}

template <class Target>
inline void attend(const Attention& a, const float* queries, int head, int position, float* scores, float* output) {
    float own[256], apart[256];
    for (int d = 0; d < a.head; ++d) {
        own[d] = queries[d] * a.scale;
        apart[d] = queries[d] + a.other[head * a.head + d];
    }
    scores_of<Target>(a, own, apart, head, position, scores);
    const float factor = 1.0f / shares_of<Target>(scores, position + 1);
    constexpr int most = 16 / Target::width > 0 ? 16 / Target::width : 1;  // head is a multiple of 16
    for (int d = 0; d < a.head; d += most * Target::width) {
        const uint16_t* value = a.values + head * a.head + d;
        Vector<Target> sum[most] = {};
        for (int j = 0; j <= position; ++j, value += a.heads * a.head) {
            const Vector<Target> share = splat<Target>(scores[j]);
            unrolled<most>([&](auto v) { sum[v] += share * widened<Target>(value + v * Target::width); });
        }
        unrolled<most>([&](auto v) { store<Target>(output + d + v * Target::width, sum[v] * factor); });
    }
}

template <class Target>
inline constexpr LanguageKernels language_kernels_of = {Target::name,    norm<Target>, rounded<Target>,
                                                        product<Target>, keep<Target>, attend<Target>};

}  // namespace vp
