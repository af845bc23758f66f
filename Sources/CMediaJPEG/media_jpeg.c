#include "media_jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

// A progressive file may hold any number of scans over the whole image; a few kilobytes could keep
// a decoder busy for minutes. Encoders write about ten.
enum { max_scans = 500 };

// The libjpeg objects come first so that a pointer to one is a pointer to the whole.
typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf escape;
  media_jpeg_status status;
  media_jpeg_image *image;
} failure;

typedef struct {
  struct jpeg_decompress_struct codec;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  failure failure;
} decoder;

static void fail(failure *failure, media_jpeg_status status, const char *message) {
  failure->status = status;
  snprintf(failure->image->message, sizeof failure->image->message, "%s", message);
  longjmp(failure->escape, 1);
}

static void on_error(j_common_ptr codec) {
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  fail((failure *)codec->err, media_jpeg_corrupt, message);
}

static void on_message(j_common_ptr codec, int level) {
  if (level < 0) codec->err->num_warnings++;
}

static void on_progress(j_common_ptr codec) {
  if (((j_decompress_ptr)codec)->input_scan_number > max_scans)
    fail((failure *)codec->err, media_jpeg_unsupported, "more than 500 progressive scans");
}

// libjpeg's own memory source invents an end marker when the data stops; Pillow, and so we, treat
// that as a truncated file.
static boolean on_end_of_data(j_decompress_ptr codec) {
  fail((failure *)codec->err, media_jpeg_truncated, "the image file is truncated");
  return FALSE;
}

static void skip_bytes(j_decompress_ptr codec, long count) {
  if (count <= 0) return;
  if ((unsigned long)count > codec->src->bytes_in_buffer) on_end_of_data(codec);
  codec->src->next_input_byte += count;
  codec->src->bytes_in_buffer -= (size_t)count;
}

static void do_nothing(j_decompress_ptr codec) { (void)codec; }

// a * b / 255, rounded, as Pillow computes it.
static inline unsigned multiply_by_fraction(unsigned a, unsigned b) {
  unsigned product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

static void expand_grey(const uint8_t *row, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++, rgb += 3) rgb[0] = rgb[1] = rgb[2] = row[x];
}

// The inks are stored inverted (Adobe's habit, which Pillow assumes of every CMYK file): what is
// read as k is the light that black lets through.
static void convert_inverted_cmyk(const uint8_t *row, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++, row += 4, rgb += 3) {
    unsigned light = row[3];
    for (int c = 0; c < 3; c++)
      rgb[c] = (uint8_t)(light - multiply_by_fraction(255u - row[c], light));
  }
}

static void choose_output(decoder *self) {
  switch (self->codec.num_components) {
    case 1: self->codec.out_color_space = JCS_GRAYSCALE; break;
    case 3: self->codec.out_color_space = JCS_RGB; break;
    case 4: self->codec.out_color_space = JCS_CMYK; break;
    default:
      fail(
          &self->failure, media_jpeg_unsupported,
          "it has neither 1, 3 nor 4 colour components");
  }
}

// The only function that longjmp returns to; it changes none of its own variables.
static media_jpeg_status decode(decoder *self, uint64_t max_pixels) {
  if (setjmp(self->failure.escape)) return self->failure.status;
  struct jpeg_decompress_struct *codec = &self->codec;
  media_jpeg_image *image = self->failure.image;

  jpeg_create_decompress(codec);
  codec->src = &self->source;
  codec->progress = &self->progress;
  jpeg_read_header(codec, TRUE);

  image->width = codec->image_width;
  image->height = codec->image_height;
  if ((uint64_t)codec->image_width * codec->image_height > max_pixels)
    fail(&self->failure, media_jpeg_too_large, "it has too many pixels");
  choose_output(self);

  jpeg_start_decompress(codec);
  size_t width = codec->output_width, stride = width * 3;
  image->pixels = malloc(stride * codec->output_height);
  if (!image->pixels) fail(&self->failure, media_jpeg_no_memory, "out of memory");

  JSAMPARRAY row = (*codec->mem->alloc_sarray)(
      (j_common_ptr)codec, JPOOL_IMAGE, (JDIMENSION)(width * (size_t)codec->output_components), 1);
  while (codec->output_scanline < codec->output_height) {
    uint8_t *rgb = image->pixels + stride * codec->output_scanline;
    jpeg_read_scanlines(codec, row, 1);
    switch (codec->out_color_space) {
      case JCS_GRAYSCALE: expand_grey(row[0], rgb, width); break;
      case JCS_CMYK: convert_inverted_cmyk(row[0], rgb, width); break;
      default: memcpy(rgb, row[0], stride);
    }
  }
  jpeg_finish_decompress(codec);
  return media_jpeg_ok;
}

media_jpeg_status media_jpeg_decode(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, media_jpeg_image *image) {
  memset(image, 0, sizeof *image);

  decoder self;
  memset(&self, 0, sizeof self);
  self.failure.image = image;
  self.codec.err = jpeg_std_error(&self.failure.manager);
  self.failure.manager.error_exit = on_error;
  self.failure.manager.emit_message = on_message;
  self.progress.progress_monitor = on_progress;
  self.source.next_input_byte = bytes;
  self.source.bytes_in_buffer = count;
  self.source.init_source = do_nothing;
  self.source.fill_input_buffer = on_end_of_data;
  self.source.skip_input_data = skip_bytes;
  self.source.resync_to_restart = jpeg_resync_to_restart;
  self.source.term_source = do_nothing;

  media_jpeg_status status = decode(&self, max_pixels);
  image->warnings = (uint32_t)self.failure.manager.num_warnings;
  jpeg_destroy_decompress(&self.codec);
  if (status != media_jpeg_ok) media_jpeg_free(image);
  return status;
}

void media_jpeg_free(media_jpeg_image *image) {
  free(image->pixels);
  image->pixels = NULL;
}
