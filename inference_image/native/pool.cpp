#include "pool.h"

namespace vp {

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
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [&] { return ending_ || round_ != seen; });
        if (ending_) return;
        seen = round_;
        lock.unlock();
        take_blocks(thread);
        lock.lock();
        if (--busy_ == 0) done_.notify_one();
    }
}

}  // namespace vp
