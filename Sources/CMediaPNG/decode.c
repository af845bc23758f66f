#include "failure.h"

typedef struct {
  media_png_failure failure;
  const uint8_t *next;
  size_t left;
  png_structp png;
  png_infop info;
  uint32_t width, height;
  unsigned colour, depth;
  png_bytep alphas;  // of the palette's first entries, NULL where the file has none
  int alpha_count;
  int has_key;
  png_color_16 key;  // the colour that is transparent, as the file stores it
  uint8_t *samples;  // the image as the file stores it, one or two bytes per sample
  png_bytep *rows;
} decoder;

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  decoder *self = png_get_io_ptr(png);
  if (count > self->left)
    fail(&self->failure, media_png_truncated, "the image file is truncated");
  memcpy(target, self->next, count);
  self->next += count;
  self->left -= count;
}

static void *allocate(decoder *self, size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (!memory) fail(&self->failure, media_png_no_memory, "out of memory");
  return memory;
}

// 16-bit grey is the one kind that Pillow clips (its mode "I;16" becomes "RGB" by saturation); of
// 16-bit colours, and of grey with alpha, it keeps the high byte.
static void convert_grey16(const uint8_t *row, uint8_t *rgb, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, row += 2, rgb += 3)
    rgb[0] = rgb[1] = rgb[2] = row[0] ? 255 : row[1];
}

static void convert_grey(const uint8_t *row, uint8_t *rgb, uint32_t width, unsigned channels) {
  for (uint32_t x = 0; x < width; x++, row += channels, rgb += 3)
    rgb[0] = rgb[1] = rgb[2] = row[0];
}

static void convert_colour(const uint8_t *row, uint8_t *rgb, uint32_t width, unsigned channels) {
  for (uint32_t x = 0; x < width; x++, row += channels, rgb += 3) memcpy(rgb, row, 3);
}

// An index past the file's palette is black.
static void convert_palette(decoder *self, uint8_t *rgb, size_t count) {
  png_colorp entries = NULL;
  int defined = 0;
  png_get_PLTE(self->png, self->info, &entries, &defined);
  for (size_t i = 0; i < count; i++, rgb += 3) {
    uint8_t index = self->samples[i];
    if (index < defined) {
      rgb[0] = entries[index].red;
      rgb[1] = entries[index].green;
      rgb[2] = entries[index].blue;
    } else {
      memset(rgb, 0, 3);
    }
  }
}

// Pillow's alpha_composite over an opaque grey: seven bits more than the result has, rounded.
static uint8_t composite(uint8_t value, uint32_t alpha, uint32_t background) {
  uint32_t sum = ((value * alpha + background * (255 - alpha)) << 7) + (0x80 << 7);
  return (uint8_t)((((sum >> 8) + sum) >> 8) >> 7);
}

// Lays the converted pixels on grey, by their alpha or by what the file calls transparent.
//
// A transparent colour is compared with the 8-bit pixel by its low byte, whatever the depth, which
// is Pillow's way.
static void lay_on(decoder *self, uint8_t *rgb, unsigned channels, uint8_t background) {
  uint8_t key[3] = {
      (uint8_t)self->key.red, (uint8_t)self->key.green, (uint8_t)self->key.blue};
  if (!(self->colour & PNG_COLOR_MASK_COLOR))
    memset(key, self->depth == 1 && self->key.gray ? 255 : (uint8_t)self->key.gray, 3);
  for (uint32_t y = 0; y < self->height; y++) {
    for (uint32_t x = 0; x < self->width; x++, rgb += 3) {
      const uint8_t *sample = self->rows[y] + (size_t)x * channels;
      uint8_t alpha = 255;
      if (self->colour & PNG_COLOR_MASK_ALPHA)
        alpha = sample[channels - 1];
      else if (self->colour == PNG_COLOR_TYPE_PALETTE)
        alpha = self->alphas && sample[0] < self->alpha_count ? self->alphas[sample[0]] : 255;
      else if (self->has_key && !memcmp(rgb, key, 3))
        alpha = 0;
      for (int i = 0; i < 3; i++) rgb[i] = composite(rgb[i], alpha, background);
    }
  }
}

// Reads what comes before the pixels, and checks how many there are.
static void read_header(decoder *self, uint64_t max_pixels) {
  self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &self->failure, on_error, on_warning);
  if (!self->png) fail(&self->failure, media_png_no_memory, "out of memory");
  self->info = png_create_info_struct(self->png);
  if (!self->info) fail(&self->failure, media_png_no_memory, "out of memory");
  png_set_read_fn(self->png, self, read_bytes);
  png_set_user_limits(self->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Colour profiles, text and the like change no pixel and may unpack to a lot: skip them all.
  png_set_keep_unknown_chunks(self->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_check_for_invalid_index(self->png, 0);

  png_read_info(self->png, self->info);
  self->width = png_get_image_width(self->png, self->info);
  self->height = png_get_image_height(self->png, self->info);
  self->colour = png_get_color_type(self->png, self->info);
  self->depth = png_get_bit_depth(self->png, self->info);
  // Asked for here, since what libpng is told to do to the samples it may do to the colour too.
  png_color_16p key = NULL;
  png_get_tRNS(self->png, self->info, &self->alphas, &self->alpha_count, &key);
  self->has_key = key && self->colour != PNG_COLOR_TYPE_PALETTE;
  if (self->has_key) self->key = *key;
  if ((uint64_t)self->width * self->height > max_pixels)
    fail(&self->failure, media_png_too_large, "it has too many pixels");
}

// Reads all samples; what libpng is to change in them must be said before.
static void read_samples(decoder *self) {
  if (self->colour == PNG_COLOR_TYPE_PALETTE) png_set_packing(self->png);
  if (self->colour == PNG_COLOR_TYPE_GRAY && self->depth < 8)
    png_set_expand_gray_1_2_4_to_8(self->png);
  png_set_interlace_handling(self->png);
  png_read_update_info(self->png, self->info);
  size_t stride = png_get_rowbytes(self->png, self->info);
  self->samples = allocate(self, self->height, stride);
  self->rows = allocate(self, self->height, sizeof *self->rows);
  for (uint32_t y = 0; y < self->height; y++) self->rows[y] = self->samples + y * stride;
  png_read_image(self->png, self->rows);
  png_read_end(self->png, NULL);
}

// longjmp returns to this function and the next alone; they change none of their own variables
// before.
static media_png_status decode(
    decoder *self, uint64_t max_pixels, int background, media_png_image *image) {
  if (setjmp(self->failure.escape)) return self->failure.status;
  read_header(self, max_pixels);
  int grey16 = self->colour == PNG_COLOR_TYPE_GRAY && self->depth == 16;
  if (self->depth == 16 && !grey16) png_set_strip_16(self->png);
  read_samples(self);

  uint32_t width = self->width, height = self->height;
  unsigned channels = png_get_channels(self->png, self->info);
  image->pixels = allocate(self, (size_t)width * height, 3);
  int is_palette = self->colour == PNG_COLOR_TYPE_PALETTE;
  if (is_palette) convert_palette(self, image->pixels, (size_t)width * height);
  for (uint32_t y = 0; y < height && !is_palette; y++) {
    uint8_t *rgb = image->pixels + (size_t)y * width * 3;
    if (grey16)
      convert_grey16(self->rows[y], rgb, width);
    else if (self->colour & PNG_COLOR_MASK_COLOR)
      convert_colour(self->rows[y], rgb, width, channels);
    else
      convert_grey(self->rows[y], rgb, width, channels);
  }
  if (background >= 0) lay_on(self, image->pixels, channels, (uint8_t)background);
  return media_png_ok;
}

static media_png_status decode_grey(decoder *self, uint64_t max_pixels, media_png_grey *image) {
  if (setjmp(self->failure.escape)) return self->failure.status;
  read_header(self, max_pixels);
  if (self->colour & PNG_COLOR_MASK_COLOR)
    fail(&self->failure, media_png_coloured, "it has colours");
  read_samples(self);

  unsigned channels = png_get_channels(self->png, self->info);
  image->depth = self->depth == 16 ? 16 : 8;
  image->values = allocate(self, (size_t)self->width * self->height, sizeof *image->values);
  uint16_t *value = image->values;
  for (uint32_t y = 0; y < self->height; y++) {
    const uint8_t *row = self->rows[y];
    for (uint32_t x = 0; x < self->width; x++, value++) {
      *value = image->depth == 16 ? (uint16_t)(row[0] << 8 | row[1]) : row[0];
      row += channels * (image->depth / 8);
    }
  }
  return media_png_ok;
}

static void finish(decoder *self) {
  png_destroy_read_struct(&self->png, &self->info, NULL);
  free(self->rows);
  free(self->samples);
}

media_png_status media_png_decode(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, int background,
    media_png_image *image) {
  memset(image, 0, sizeof *image);
  decoder self = {
      .failure = {.message = image->message, .capacity = sizeof image->message},
      .next = bytes,
      .left = count,
  };
  media_png_status status = decode(&self, max_pixels, background, image);
  image->width = self.width;
  image->height = self.height;
  finish(&self);
  if (status != media_png_ok) media_png_free_image(image);
  return status;
}

media_png_status media_png_decode_grey(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, media_png_grey *image) {
  memset(image, 0, sizeof *image);
  decoder self = {
      .failure = {.message = image->message, .capacity = sizeof image->message},
      .next = bytes,
      .left = count,
  };
  media_png_status status = decode_grey(&self, max_pixels, image);
  image->width = self.width;
  image->height = self.height;
  finish(&self);
  if (status != media_png_ok) media_png_free_grey(image);
  return status;
}

void media_png_free_image(media_png_image *image) {
  free(image->pixels);
  image->pixels = NULL;
}

void media_png_free_grey(media_png_grey *image) {
  free(image->values);
  image->values = NULL;
}
