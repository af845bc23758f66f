// QuickGELU, x σ(1.702 x), in one pass over memory each way (Hendrycks and Gimpel, 2016, section 2).
//
// With u = 1.702 x it is silu(u) / 1.702, and its derivative is silu'(u), for which libtorch has
// vector kernels. They run over pieces that fit the cache, so that x is read once and the result
// written once; only x is kept for the gradient.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "guard.hpp"

namespace {

constexpr double slope = 1.702;
/// 64 KiB of float32: input, result and scratch together stay in a core's second-level cache.
constexpr int64_t piece = 16384;

bool is_plain(const at::Tensor &x) {
  return x.device().is_cpu() && x.is_contiguous() &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

/// Runs `body` over the pieces of 0 ..< count on all threads, with nothing recorded.
template <typename Body>
void for_pieces(int64_t count, const Body &body) {
  at::parallel_for(0, count, piece, [&](int64_t begin, int64_t end) {
    at::AutoDispatchBelowADInplaceOrView unrecorded;
    for (int64_t start = begin; start < end; start += piece)
      body(start, std::min(piece, end - start));
  });
}

at::Tensor value(const at::Tensor &x) {
  if (!is_plain(x)) return x * at::sigmoid(x * slope);
  auto result = at::empty_like(x);
  const auto from = x.view(-1), to = result.view(-1);
  for_pieces(x.numel(), [&](int64_t start, int64_t length) {
    auto out = to.narrow(0, start, length);
    if (x.scalar_type() != at::kFloat) {  // rounded once, at the end
      out.copy_(at::silu(from.narrow(0, start, length).to(at::kFloat) * slope).mul_(1 / slope));
      return;
    }
    at::mul_out(out, from.narrow(0, start, length), at::scalar_tensor(slope));
    at::silu_out(out, out);
    out.mul_(1 / slope);
  });
  return result;
}

at::Tensor gradient(const at::Tensor &x, const at::Tensor &incoming) {
  if (at::GradMode::is_enabled() || !is_plain(x)) {  // recorded: a second derivative may follow
    const auto s = at::sigmoid(x * slope);
    return incoming * s * (1 + slope * x * (1 - s));
  }
  const auto grad = incoming.contiguous();
  auto result = at::empty_like(x);
  const auto from = x.view(-1), in = grad.view(-1), to = result.view(-1);
  for_pieces(x.numel(), [&](int64_t start, int64_t length) {
    auto out = to.narrow(0, start, length);
    const auto u = from.narrow(0, start, length).to(at::kFloat) * slope;
    if (x.scalar_type() != at::kFloat)
      out.copy_(at::silu_backward(in.narrow(0, start, length).to(at::kFloat), u));
    else
      at::silu_backward_out(out, in.narrow(0, start, length), u);
  });
  return result;
}

struct QuickGELU : torch::autograd::Function<QuickGELU> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x) {
    context->save_for_backward({x});
    at::AutoDispatchBelowADInplaceOrView unrecorded;
    return value(x);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    return {gradient(context->get_saved_variables()[0], incoming[0])};
  }
};

}  // namespace

at::Tensor hf::quick_gelu(const at::Tensor &x) { return QuickGELU::apply(x); }
