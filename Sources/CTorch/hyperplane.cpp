// The smallest move to a hyperplane inside a box, a row at a time, so that all passes over a row but
// the first and the last find it in the cache. Croce and Hein, 2020 (FAB), equation 3.
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "guard.hpp"

namespace {

/// What one row is made of: n numbers each.
struct Row {
  const float *x, *slope, *lower, *upper;
  float *out;
  int64_t n;
};

float sign(float a) { return static_cast<float>((a > 0) - (a < 0)); }

/// The largest |a|; NaN if any is NaN.
float largest(const float *a, int64_t n) {
  float most = 0;
  for (int64_t i = 0; i < n; ++i) {
    const float size = std::fabs(a[i]);
    most = size > most || size != size ? size : most;
  }
  return most;
}

/// What has been gained by the coordinates that met their bound, and what a unit of time gains.
struct Progress {
  double held = 0, rate = 0;
  int64_t moving = 0;
};

/// How fast a coordinate moves: at |w| in L2, and all alike in Linf.
template <bool squared>
float speed(float size) {
  return squared ? size : (size > 0 ? 1.0f : 0.0f);
}

/// Sums in lanes that the compiler can keep in vectors, and in double from block to block.
template <bool squared>
Progress progress(const float *size, const float *room, int64_t n, float time) {
  constexpr int lanes = 8;
  constexpr int64_t block = 4096;
  Progress sum;
  for (int64_t start = 0; start < n; start += block) {
    const int64_t end = std::min(n, start + block);
    float held[lanes] = {}, rate[lanes] = {};
    int32_t moving[lanes] = {};
    const auto add = [&](int64_t i, int lane) {
      const bool moves = time * speed<squared>(size[i]) < room[i];
      held[lane] += moves ? 0.0f : size[i] * room[i];
      rate[lane] += moves ? size[i] * speed<squared>(size[i]) : 0.0f;
      moving[lane] += moves;
    };
    int64_t i = start;
    for (; i + lanes <= end; i += lanes)
      for (int lane = 0; lane < lanes; ++lane) add(i + lane, lane);
    for (; i < end; ++i) add(i, 0);
    for (int lane = 0; lane < lanes; ++lane) {
      sum.held += held[lane];
      sum.rate += rate[lane];
      sum.moving += moving[lane];
    }
  }
  return sum;
}

/// Newton's method on a sum that is concave and piecewise linear in the time: it never overshoots,
/// and is at the solution when no further coordinate has met its bound.
template <bool squared>
void move(const Row &row, float rise, std::vector<float> &scratch) {
  const float scale = std::max(largest(row.slope, row.n), 1e-30f);
  const float goal = std::fabs(rise) / scale;
  if (scale != scale || goal != goal) {
    std::fill_n(row.out, row.n, std::numeric_limits<float>::quiet_NaN());
    return;
  }
  scratch.resize(static_cast<size_t>(2 * row.n));
  float *const size = scratch.data(), *const room = size + row.n;
  const float way = sign(rise);
  for (int64_t i = 0; i < row.n; ++i) {
    size[i] = std::fabs(row.slope[i]) / scale;
    const float left = row.slope[i] * way > 0 ? row.upper[i] - row.x[i] : row.x[i] - row.lower[i];
    room[i] = std::max(left, 0.0f);
  }
  float time = 0;
  for (int64_t moving = -1;;) {
    const auto now = progress<squared>(size, room, row.n, time);
    if (now.moving == moving) break;
    moving = now.moving;
    const double next = (goal - now.held) / std::max(now.rate, 1e-30);
    time = static_cast<float>(std::min(std::max(static_cast<double>(time), next), 1e30));
  }
  for (int64_t i = 0; i < row.n; ++i)
    row.out[i] =
        sign(row.slope[i]) * way * std::min(time * speed<squared>(size[i]), room[i]);
}

at::Tensor plain(const at::Tensor &a, at::IntArrayRef sizes) {
  TORCH_CHECK(
      a.device().is_cpu() && a.scalar_type() == at::kFloat, "takes float32 on the CPU, not ",
      a.scalar_type(), " on ", a.device());
  return a.detach().expand(sizes).contiguous();
}

}  // namespace

extern "C" hf_status hf_smallest_move(
    hf_tensor x, hf_tensor slope, hf_tensor rise, hf_tensor lower, hf_tensor upper, bool squared,
    hf_tensor *out) {
  return hf::make(out, [&] {
    const auto sizes = x->value.sizes();
    TORCH_CHECK(x->value.dim() > 0, "takes rows, not a number");
    const auto points = plain(x->value, sizes), slopes = plain(slope->value, sizes);
    const auto least = plain(lower->value, sizes), most = plain(upper->value, sizes);
    const auto rises = plain(rise->value, sizes.slice(0, 1));
    auto result = at::empty_like(points);
    const int64_t rows = sizes[0], n = rows > 0 ? points.numel() / rows : 0;
    const auto at = [n](const at::Tensor &a, int64_t row) { return a.data_ptr<float>() + row * n; };
    at::parallel_for(0, rows, /*grain_size=*/1, [&](int64_t begin, int64_t end) {
      std::vector<float> scratch;
      for (int64_t row = begin; row < end; ++row) {
        const Row parts = {at(points, row), at(slopes, row), at(least, row),
                           at(most, row),   at(result, row), n};
        const float goal = rises.data_ptr<float>()[row];
        squared ? move<true>(parts, goal, scratch) : move<false>(parts, goal, scratch);
      }
    });
    return result;
  });
}
