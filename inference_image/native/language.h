// A language model over speech: rows in, the scores of the next token out; keys and values of earlier rows are the caller's to keep.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "language_kernels.h"
#include "packed.h"
#include "pool.h"

namespace vp {

struct LanguageSizes {
    int layers, heads, head, inner, positions, tokens;

    int width() const { return heads * head; }
    // Halves that a layer keeps of all positions, and bytes that all layers do.
    int64_t kept() const { return int64_t{2} * width() * positions; }
    int64_t bytes() const { return kept() * layers * static_cast<int64_t>(sizeof(uint16_t)); }
};

class LanguageModel {
public:
    // Null on failure, and why in `error`. `packed` must outlive the model.
    static std::unique_ptr<LanguageModel> open(const void* packed, size_t bytes, int threads, std::string& error);

    const LanguageSizes& sizes() const { return sizes_; }

    // One of the codes of vocoder.h: rows [count][width] behind `before` others, `kept` of bytes() that one text has for itself.
    int run(const float* rows, int count, int before, uint16_t* kept, float* scores, const volatile int* stop);

private:
    struct Norm {
        const float *gain, *offset;
    };
    struct Layer {
        Norm before_attention, before_inner;
        ByteProduct queries, out, inner, outer;
        const float* other;
        const uint16_t* near;
    };
    struct Room;

    LanguageModel(const LanguageKernels& kernels, const LanguageSizes& sizes, int threads);
    void find(const Packed& packed, std::string& error);
    void layer(const Layer& layer, Room& room, int before, uint16_t* kept);
    void multiply(const ByteProduct& product, Room& room, const float* input, int input_stride, Then then, float* output);
    void attend(const Attention& attention, Room& room, int before);

    const LanguageKernels& kernels_;
    LanguageSizes sizes_;
    std::vector<Layer> layers_;
    Norm last_{};
    ByteProduct scores_{};
    Pool pool_;
    std::mutex running_;
};

const LanguageKernels& best_language_kernels();
// Null: unknown, or the processor cannot.
const LanguageKernels* language_kernels_named(std::string_view name);

}  // namespace vp
