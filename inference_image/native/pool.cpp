#include "pool.h"

namespace vp {

namespace {

// Some 10 us: a token of a language model has 71 tasks, of 20 to 100 us each, and waking a thread costs as much again.
constexpr int looks = 400;

template <class Condition>
void look_for(const Condition& met) {
    for (int i = 0; i < looks && !met(); ++i) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#endif
    }
}

}  // namespace

Pool::Pool(int threads) {
    workers_.reserve(threads - 1);
    try {
        for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { serve(i); });
    } catch (...) {
        end_workers();
        throw;
    }
}

Pool::~Pool() { end_workers(); }

void Pool::end_workers() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
}

void Pool::run(int64_t blocks, Work work, const void* context, const volatile int* stop) {
    work_ = work;
    context_ = context;
    stop_ = stop;
    blocks_ = blocks;
    next_.store(0, std::memory_order_relaxed);
    if (workers_.empty() || blocks < 2) return take_blocks(0);
    {
        const std::lock_guard lock(mutex_);
        busy_ = static_cast<int>(workers_.size());
        ++round_;
    }
    wake_.notify_all();
    take_blocks(0);
    look_for([this] { return busy_ == 0; });
    if (busy_ == 0) return;
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
}

void Pool::take_blocks(int thread) {
    while (!is_set(stop_)) {
        const int64_t block = next_.fetch_add(1, std::memory_order_relaxed);
        if (block >= blocks_) return;
        work_(context_, block, thread);
    }
}

void Pool::serve(int thread) {
    uint64_t seen = 0;
    while (true) {
        look_for([&] { return round_ != seen; });
        if (round_ == seen) {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return ending_ || round_ != seen; });
            if (ending_) return;
        }
        ++seen;  // no round begins before all have ended the last
        take_blocks(thread);
        if (--busy_ > 0) continue;
        const std::lock_guard lock(mutex_);
        done_.notify_one();
    }
}

}  // namespace vp
