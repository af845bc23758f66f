#include "failure.h"

typedef struct {
  media_png_failure failure;
  png_structp png;
  png_infop info;
  media_png_file *file;
  size_t capacity;
} encoder;

static void write_bytes(png_structp png, png_bytep source, size_t count) {
  encoder *self = png_get_io_ptr(png);
  media_png_file *file = self->file;
  if (count > self->capacity - file->count) {
    size_t capacity = (file->count + count) * 2;
    uint8_t *grown = realloc(file->bytes, capacity);
    if (!grown) fail(&self->failure, media_png_no_memory, "out of memory");
    file->bytes = grown;
    self->capacity = capacity;
  }
  memcpy(file->bytes + file->count, source, count);
  file->count += count;
}

static void flush(png_structp png) { (void)png; }

// The only function that longjmp returns to; it changes none of its own variables but the loop's.
static media_png_status encode(
    encoder *self, const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels,
    uint32_t depth) {
  if (setjmp(self->failure.escape)) return self->failure.status;

  self->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &self->failure, on_error, on_warning);
  if (!self->png) fail(&self->failure, media_png_no_memory, "out of memory");
  self->info = png_create_info_struct(self->png);
  if (!self->info) fail(&self->failure, media_png_no_memory, "out of memory");
  png_set_write_fn(self->png, self, write_bytes, flush);
  png_set_IHDR(
      self->png, self->info, width, height, (int)depth,
      channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(self->png, self->info);
  for (uint32_t y = 0; y < height; y++)
    png_write_row(self->png, pixels + (size_t)y * width * channels * (depth / 8));
  png_write_end(self->png, NULL);
  return media_png_ok;
}

media_png_status media_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels,
    uint32_t depth, media_png_file *file) {
  memset(file, 0, sizeof *file);
  encoder self = {
      .failure = {.message = file->message, .capacity = sizeof file->message},
      .file = file,
  };
  media_png_status status = encode(&self, pixels, width, height, channels, depth);
  png_destroy_write_struct(&self.png, &self.info);
  if (status != media_png_ok) media_png_free_file(file);
  return status;
}

void media_png_free_file(media_png_file *file) {
  free(file->bytes);
  file->bytes = NULL;
}
