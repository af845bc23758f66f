// x Wᵀ + b, by oneDNN where the weights are frozen.
//
// MKL, by which libtorch multiplies float32, keeps its AVX-512 kernels to Intel's processors;
// oneDNN, which libtorch carries too, uses them wherever they are: a third faster on AMD's. The
// same holds for bfloat16 where the processor multiplies it. oneDNN wants weights in blocks, so a weight keeps copies in blocks, one for each direction, from when
// that is first used until the weight is written to. Weights that train take libtorch's usual path.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/cpu/Utils.h>
#include <torch/csrc/autograd/custom_function.h>

#include "guard.hpp"

namespace {

using Maybe = std::optional<at::Tensor>;

/// oneDNN's product as libtorch registers it for its compiler: no C++ header declares it.
struct OneDNN {
  using Product = at::Tensor(
      const at::Tensor &, const at::Tensor &, const Maybe &, std::string_view,
      c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);
  using Blocks = at::Tensor(const at::Tensor &, std::optional<int64_t>);

  c10::TypedOperatorHandle<Product> product;
  c10::TypedOperatorHandle<Blocks> blocks;

  /// Nothing where this libtorch has it not, or where nobody has measured that it pays.
  static const std::optional<OneDNN> &shared() {
    static const std::optional<OneDNN> found = []() -> std::optional<OneDNN> {
#if defined(__x86_64__)
      auto &dispatcher = c10::Dispatcher::singleton();
      const auto product = dispatcher.findSchema({"mkldnn::_linear_pointwise", ""});
      const auto blocks = dispatcher.findSchema({"mkldnn::_reorder_linear_weight", ""});
      if (product && blocks) return OneDNN{product->typed<Product>(), blocks->typed<Blocks>()};
#endif
      return std::nullopt;
    }();
    return found;
  }

  at::Tensor linear(const at::Tensor &x, const at::Tensor &weight, const Maybe &bias) const {
    at::AutoDispatchBelowADInplaceOrView unrecorded;
    return product.call(x, weight, bias, "none", c10::List<std::optional<at::Scalar>>(), "");
  }

  /// The rows it is told to expect are always the same, so that results do not depend on who
  /// came first.
  at::Tensor in_blocks(const at::Tensor &weight) const {
    at::AutoDispatchBelowADInplaceOrView unrecorded;
    return blocks.call(weight.contiguous(), /*rows=*/512);
  }
};

/// Whether this processor multiplies bfloat16 itself.
bool multiplies_bfloat16() {
  static const bool found = [] {
    const auto capabilities = at::cpu::get_cpu_capabilities();
    for (const auto name : {"avx512_bf16", "amx_bf16"}) {
      const auto entry = capabilities.find(name);
      if (entry != capabilities.end() && entry->second.isBool() && entry->second.toBool())
        return true;
    }
    return false;
  }();
  return found;
}

bool is_plain(const at::Tensor &tensor) {
  const auto type = tensor.scalar_type();
  return tensor.device().is_cpu() && tensor.numel() > 0 && !tensor.is_inference() &&
         (type == at::kFloat || (type == at::kBFloat16 && multiplies_bfloat16()));
}

/// Whether oneDNN can do it, and no parameter is trained. Shapes that do not match are left to
/// libtorch, which says best what is wrong with them.
bool fits(const at::Tensor &x, const at::Tensor &weight, const Maybe &bias) {
  if (!OneDNN::shared() || !is_plain(x) || !is_plain(weight) || weight.requires_grad())
    return false;
  if (x.scalar_type() != weight.scalar_type()) return false;
  if (x.dim() < 2 || weight.dim() != 2 || x.size(-1) != weight.size(1)) return false;
  return !bias || (is_plain(*bias) && bias->scalar_type() == x.scalar_type() && !bias->requires_grad() && bias->is_contiguous() &&
                   bias->sizes() == weight.sizes().slice(0, 1));
}

struct FrozenLinear : torch::autograd::Function<FrozenLinear> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
      const at::Tensor &blocks, const at::Tensor &transposed, const Maybe &bias) {
    context->save_for_backward({weight});
    context->saved_data["transposed"] = transposed;
    return OneDNN::shared()->linear(x, blocks, bias);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
    const auto weight = context->get_saved_variables()[0];
    const auto x = at::GradMode::is_enabled()  // recorded: a second derivative may follow
                       ? at::matmul(incoming[0], weight)
                       : OneDNN::shared()->linear(
                             incoming[0].contiguous(), context->saved_data["transposed"].toTensor(),
                             std::nullopt);
    return {x, {}, {}, {}, {}};
  }
};

}  // namespace

extern "C" bool hf_multiplies_bfloat16(void) { return multiplies_bfloat16(); }

extern "C" hf_status hf_linear(
    hf_tensor a, hf_tensor weight, hf_tensor bias, hf_tensor *out) {
  return hf::make(out, [&] {
    const auto &x = a->value, &w = weight->value;
    const auto b = hf::maybe(bias);
    if (!fits(x, w, b)) return at::linear(x, w, b);

    auto &blocks = weight->blocks;
    if (blocks.version != w._version()) blocks = {{}, {}, w._version()};
    if (!blocks.forward.defined()) blocks.forward = OneDNN::shared()->in_blocks(w);
    if (!at::GradMode::is_enabled() || !x.requires_grad())
      return OneDNN::shared()->linear(x, blocks.forward, b);
    if (!blocks.backward.defined()) blocks.backward = OneDNN::shared()->in_blocks(w.t());
    return FrozenLinear::apply(x, w, blocks.forward, blocks.backward, b);
  });
}
