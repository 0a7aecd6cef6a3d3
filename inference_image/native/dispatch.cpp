// Which kernels this processor can run.
#include "generator.h"

namespace vp {

namespace {

struct Processor {
    bool avx2 = false, avx512 = false;

    Processor() {
#if defined(__x86_64__)
        __builtin_cpu_init();  // in a library, clang's runtime does not do it by itself
        avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        avx512 = avx2 && __builtin_cpu_supports("avx512f");
#endif
    }
};

}  // namespace

const Kernels& best_kernels() {
    static const Processor processor;
    if (processor.avx512 && avx512_kernels()) return *avx512_kernels();
    if (processor.avx2 && avx2_kernels()) return *avx2_kernels();
    return *baseline_kernels();
}

const Kernels* kernels_named(std::string_view name) {
    static const Processor processor;
    if (name == "scalar") return baseline_kernels();
    if (name == "avx2") return processor.avx2 ? avx2_kernels() : nullptr;
    if (name == "avx512") return processor.avx512 ? avx512_kernels() : nullptr;
    return nullptr;
}

}  // namespace vp
