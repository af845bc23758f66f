// The C face of libtorch: opaque handles, a status with a message, and no C++ type.
//
// Every function that can fail returns an `hf_status`. Code 0 is success; otherwise `message` is a
// C string that the caller releases with `hf_free`. Out-parameters are written only on success.
// Every tensor returned is owned by the caller, who releases it with `hf_release`.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hf_tensor_box *hf_tensor;
typedef struct hf_optimizer_box *hf_optimizer;
typedef struct hf_store_box *hf_store;
typedef struct hf_script_box *hf_script;

enum {
  HF_OK = 0,
  HF_ERROR_SHAPE = 1,
  HF_ERROR_DTYPE = 2,
  HF_ERROR_DEVICE = 3,
  HF_ERROR_OUT_OF_MEMORY = 4,
  HF_ERROR_BACKEND = 5,
  HF_ERROR_TIMEOUT = 6,
  HF_ERROR_NETWORK = 7,
};

typedef struct {
  int32_t code;
  char *message;
} hf_status;

enum {
  HF_FLOAT32 = 0,
  HF_FLOAT64 = 1,
  HF_FLOAT16 = 2,
  HF_BFLOAT16 = 3,
  HF_INT64 = 4,
  HF_UINT8 = 5,
  HF_BOOL = 6,
  HF_COMPLEX64 = 7,
  HF_COMPLEX128 = 8,
};

enum { HF_CPU = 0, HF_CUDA = 1, HF_MPS = 2 };

typedef struct {
  int32_t kind;
  int32_t index;
} hf_device;

// Process.
void hf_free(void *pointer);
void hf_release(hf_tensor tensor);
int64_t hf_live_tensors(void);
const char *hf_torch_version(void);
const char *hf_cpu_capability(void);
/// Whether this processor multiplies bfloat16 itself.
bool hf_multiplies_bfloat16(void);
int32_t hf_thread_count(void);
/// The most bytes of a GPU's memory that tensors took so far.
hf_status hf_peak_memory(hf_device device, int64_t *out);
hf_status hf_set_thread_count(int32_t count);

/// Whether threads that wait for each other sleep now, because others want the cores (waiting.c).
bool hf_threads_sleep(void);
bool hf_gradients_enabled(void);
void hf_set_gradients_enabled(bool enabled);
bool hf_load_cuda(void);
int32_t hf_cuda_device_count(void);
bool hf_has_mps(void);
hf_status hf_synchronize(hf_device device);

// Facts about a tensor; none of them can fail.
int32_t hf_rank(hf_tensor a);
void hf_sizes(hf_tensor a, int64_t *sizes);
int32_t hf_dtype(hf_tensor a);
hf_device hf_device_of(hf_tensor a);
bool hf_requires_grad(hf_tensor a);
bool hf_is_contiguous(hf_tensor a);

// Making and copying.
hf_status hf_from_bytes(
    const void *bytes, const int64_t *sizes, int32_t rank, int32_t dtype, hf_tensor *out);
hf_status hf_full(
    double value, const int64_t *sizes, int32_t rank, int32_t dtype, hf_device device,
    hf_tensor *out);
hf_status hf_arange(int64_t count, int32_t dtype, hf_device device, hf_tensor *out);
hf_status hf_copy_to_bytes(hf_tensor a, void *bytes, size_t count);
hf_status hf_to_dtype(hf_tensor a, int32_t dtype, hf_tensor *out);
hf_status hf_to_device(hf_tensor a, hf_device device, hf_tensor *out);
hf_status hf_contiguous(hf_tensor a, hf_tensor *out);
hf_status hf_clone(hf_tensor a, hf_tensor *out);
hf_status hf_detach(hf_tensor a, hf_tensor *out);
hf_status hf_item(hf_tensor a, double *out);

// Element by element. A second operand may be a tensor (broadcast) or a number.
enum {
  HF_NEGATE, HF_ABS, HF_EXP, HF_LOG, HF_LOG1P, HF_SQRT, HF_RSQRT, HF_SIN, HF_COS, HF_ACOS,
  HF_TANH, HF_ATANH, HF_SIGMOID, HF_RELU, HF_SIGN, HF_FLOOR, HF_CEIL, HF_ROUND, HF_SQUARE, HF_RECIPROCAL,
  HF_ERF, HF_IS_NAN, HF_IS_FINITE, HF_NOT, HF_GELU, HF_GELU_TANH, HF_QUICK_GELU, HF_SILU,
  HF_REAL, HF_IMAG,
};
hf_status hf_unary(int32_t op, hf_tensor a, hf_tensor *out);

enum {
  HF_ADD, HF_SUBTRACT, HF_MULTIPLY, HF_DIVIDE, HF_POWER, HF_MAXIMUM, HF_MINIMUM, HF_EQUAL,
  HF_NOT_EQUAL, HF_LESS, HF_LESS_EQUAL, HF_GREATER, HF_GREATER_EQUAL, HF_AND, HF_OR, HF_XOR,
  HF_MATMUL, HF_NEXT_AFTER,
};
hf_status hf_binary(int32_t op, hf_tensor a, hf_tensor b, hf_tensor *out);
hf_status hf_binary_scalar(int32_t op, hf_tensor a, double b, hf_tensor *out);
hf_status hf_scalar_binary(int32_t op, double a, hf_tensor b, hf_tensor *out);
hf_status hf_clamp(hf_tensor a, hf_tensor low, hf_tensor high, hf_tensor *out);
hf_status hf_clamp_scalar(hf_tensor a, double low, double high, hf_tensor *out);
hf_status hf_where(hf_tensor mask, hf_tensor a, hf_tensor b, hf_tensor *out);
hf_status hf_masked_fill(hf_tensor a, hf_tensor mask, double value, hf_tensor *out);

// Writing into a tensor that takes part in no gradient.
hf_status hf_copy_(hf_tensor a, hf_tensor source);
hf_status hf_index_copy_(hf_tensor a, int32_t dim, hf_tensor index, hf_tensor source);

// Reductions over `dims`; with a count of 0, over all of them.
enum {
  HF_SUM, HF_MEAN, HF_MAX, HF_MIN, HF_ANY, HF_ALL, HF_LOG_SUM_EXP, HF_VARIANCE,
};
hf_status hf_reduce(
    int32_t op, hf_tensor a, const int64_t *dims, int32_t count, bool keep, hf_tensor *out);
hf_status hf_norm(
    hf_tensor a, double order, const int64_t *dims, int32_t count, bool keep, hf_tensor *out);
hf_status hf_argmax(hf_tensor a, int32_t dim, bool keep, hf_tensor *out);
hf_status hf_cumsum(hf_tensor a, int32_t dim, hf_tensor *out);
hf_status hf_softmax(hf_tensor a, int32_t dim, hf_tensor *out);
hf_status hf_log_softmax(hf_tensor a, int32_t dim, hf_tensor *out);
hf_status hf_sort(
    hf_tensor a, int32_t dim, bool descending, hf_tensor *values, hf_tensor *indices);
hf_status hf_topk(
    hf_tensor a, int64_t k, int32_t dim, bool largest, hf_tensor *values, hf_tensor *indices);

// Shape and selection.
hf_status hf_reshape(hf_tensor a, const int64_t *sizes, int32_t rank, hf_tensor *out);
hf_status hf_expand(hf_tensor a, const int64_t *sizes, int32_t rank, hf_tensor *out);
hf_status hf_permute(hf_tensor a, const int64_t *dims, int32_t rank, hf_tensor *out);
hf_status hf_transpose(hf_tensor a, int32_t first, int32_t second, hf_tensor *out);
hf_status hf_unsqueeze(hf_tensor a, int32_t dim, hf_tensor *out);
hf_status hf_squeeze(hf_tensor a, int32_t dim, hf_tensor *out);
hf_status hf_slice(
    hf_tensor a, int32_t dim, int64_t start, int64_t end, int64_t step, hf_tensor *out);
hf_status hf_select(hf_tensor a, int32_t dim, int64_t index, hf_tensor *out);
hf_status hf_index_select(hf_tensor a, int32_t dim, hf_tensor index, hf_tensor *out);
hf_status hf_masked_select_rows(hf_tensor a, hf_tensor mask, hf_tensor *out);
hf_status hf_nonzero(hf_tensor a, hf_tensor *out);
hf_status hf_gather(hf_tensor a, int32_t dim, hf_tensor index, hf_tensor *out);
hf_status hf_scatter(
    hf_tensor a, int32_t dim, hf_tensor index, hf_tensor source, hf_tensor *out);
hf_status hf_flip(hf_tensor a, const int64_t *dims, int32_t count, hf_tensor *out);
hf_status hf_split(
    hf_tensor a, const int64_t *sizes, int32_t count, int32_t dim, hf_tensor *out);
hf_status hf_cat(const hf_tensor *tensors, int32_t count, int32_t dim, hf_tensor *out);
hf_status hf_stack(const hf_tensor *tensors, int32_t count, int32_t dim, hf_tensor *out);
hf_status hf_pad(
    hf_tensor a, const int64_t *widths, int32_t count, double value, hf_tensor *out);

// Layers. `bias`, `weight`, `mask` and `added` may be null if the layer has none.
hf_status hf_linear(
    hf_tensor a, hf_tensor weight, hf_tensor bias, hf_tensor added, hf_tensor *out);
/// Two linear layers with HF_GELU, HF_GELU_TANH or HF_QUICK_GELU between them.
hf_status hf_mlp(
    hf_tensor a, hf_tensor up_weight, hf_tensor up_bias, hf_tensor down_weight,
    hf_tensor down_bias, int32_t activation, hf_tensor added, hf_tensor *out);
hf_status hf_embedding(hf_tensor ids, hf_tensor weight, hf_tensor *out);
hf_status hf_layer_norm(
    hf_tensor a, int64_t width, hf_tensor weight, hf_tensor bias, double epsilon, hf_tensor *out);
hf_status hf_attention(
    hf_tensor q, hf_tensor k, hf_tensor v, hf_tensor mask, bool causal, bool math, hf_tensor *out);
hf_status hf_convolution(
    hf_tensor a, hf_tensor weight, hf_tensor bias, const int64_t *stride, const int64_t *padding,
    const int64_t *dilation, int32_t dims, int64_t groups, hf_tensor *out);
hf_status hf_resize(
    hf_tensor a, int64_t height, int64_t width, bool bicubic, bool antialias, hf_tensor *out);
hf_status hf_rfft(hf_tensor a, int64_t length, hf_tensor *out);
hf_status hf_rfft2(hf_tensor a, hf_tensor *out);
hf_status hf_irfft2(hf_tensor a, int64_t height, int64_t width, hf_tensor *out);
hf_status hf_fft2(hf_tensor a, hf_tensor *out);
hf_status hf_ifft2(hf_tensor a, hf_tensor *out);

/// The smallest moves of rows `x` within `lower` and `upper` that raise the functions of slope
/// `slope` by `rise`, one number a row: in the Euclidean norm if `squared`, else in the largest
/// coordinate. Float32 on the CPU.
hf_status hf_smallest_move(
    hf_tensor x, hf_tensor slope, hf_tensor rise, hf_tensor lower, hf_tensor upper, bool squared,
    hf_tensor *out);

// Gradients.
hf_status hf_set_requires_grad(hf_tensor a, bool flag);
/// Inputs that `y` does not depend on are an error, or have zeros if `allow_unused`.
hf_status hf_gradients(
    hf_tensor y, const hf_tensor *inputs, int32_t count, bool keep_graph, bool create_graph,
    bool allow_unused, hf_tensor *out);

// Optimisers: libtorch's own, over leaves whose gradients `hf_optimizer_step` is handed.
hf_status hf_adamw(
    const hf_tensor *parameters, int32_t count, double rate, double beta1, double beta2,
    double epsilon, double decay, hf_optimizer *out);
hf_status hf_sgd(
    const hf_tensor *parameters, int32_t count, double rate, double momentum, double decay,
    hf_optimizer *out);
hf_status hf_optimizer_step(
    hf_optimizer optimizer, const hf_tensor *gradients, int32_t count, double rate);
/// What an optimiser keeps of a parameter between steps, as copies on the CPU: AdamW its `step`
/// (float64), `exp_avg` and `exp_avg_sq`, SGD with momentum its `momentum_buffer`. `out` has room for
/// `count` of them, and is left as it is before the first step.
hf_status hf_optimizer_state(
    hf_optimizer optimizer, int32_t index, hf_tensor *out, int32_t count);
/// Puts copies of such entries in place of what is kept; with a count of 0, nothing.
hf_status hf_optimizer_restore(
    hf_optimizer optimizer, int32_t index, const hf_tensor *values, int32_t count);
void hf_optimizer_release(hf_optimizer optimizer);

// Rendezvous: libtorch's TCPStore, texts by their keys, shared by the processes of a job. Every call
// ends within its limit; a key that is not there yet is waited for.
hf_status hf_store_open(
    const char *host, uint16_t port, bool is_server, int64_t limit_ms, hf_store *out);
hf_status hf_store_set(
    hf_store store, const char *key, const char *value, size_t count, int64_t limit_ms);
/// `out` is released with `hf_free`.
hf_status hf_store_get(
    hf_store store, const char *key, int64_t limit_ms, char **out, size_t *count);
hf_status hf_store_add(
    hf_store store, const char *key, int64_t value, int64_t limit_ms, int64_t *out);
hf_status hf_store_has(hf_store store, const char *key, int64_t limit_ms, bool *out);
hf_status hf_store_wait(hf_store store, const char *const *keys, int32_t count, int64_t limit_ms);
hf_status hf_store_delete(hf_store store, const char *key, int64_t limit_ms);
void hf_store_release(hf_store store);
// TorchScript. A file is a program: loading it and calling it run what is in it.
hf_status hf_script_load(const char *path, hf_device device, hf_script *out);
hf_status hf_script_convert(hf_script script, int32_t dtype);
/// Its floating-point parameters, then buffers, in order. A name lives as long as the script.
size_t hf_script_parameter_count(hf_script script);
const char *hf_script_parameter_name(hf_script script, size_t index);
hf_status hf_script_parameter(hf_script script, size_t index, hf_tensor *out);
/// A copy that computes with `tensors`, one for each of these, which it shares.
hf_status hf_script_with(hf_script script, const hf_tensor *tensors, hf_script *out);
bool hf_script_has(hf_script script, const char *method);
/// Of a result with several parts, `place` is the index or the name of the one that is meant; empty
/// if there is only one.
hf_status hf_script_call(
    hf_script script, const char *method, const char *place, hf_tensor input, hf_tensor *out);
void hf_script_release(hf_script script);

// Counter-based noise (Philox 4x32-10): a word is a function of (seed, stream, its position) alone.
// `first` is the position of the first word; a normal number takes two words, the others one.
void hf_philox_uniform(uint64_t seed, uint64_t stream, uint64_t first, float *out, size_t count);
void hf_philox_normal(uint64_t seed, uint64_t stream, uint64_t first, float *out, size_t count);
void hf_philox_bits(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *out, size_t count);

#ifdef __cplusplus
}
#endif
