// PNG decoding and encoding over libpng, for callers that cannot use setjmp.
//
// The pixels are those of Pillow's `Image.open(file).convert("RGB")`: no gamma, no colour profile.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
  media_png_ok = 0,
  media_png_corrupt,    // the data breaks the format; `message` is libpng's
  media_png_truncated,  // the data ends before the image does
  media_png_too_large,  // width * height is over the caller's limit
  media_png_no_memory,
  media_png_coloured,   // grey was asked for, and the image has colours
} media_png_status;

typedef struct {
  uint32_t width, height;
  uint8_t *pixels;    // RGB, interleaved, width * height * 3 bytes; NULL on failure
  char message[256];  // why it failed, empty on success
} media_png_image;

typedef struct {
  uint32_t width, height;
  uint32_t depth;     // bits of a value: 8, or 16
  uint16_t *values;   // width * height; NULL on failure
  char message[256];  // why it failed, empty on success
} media_png_grey;

typedef struct {
  uint8_t *bytes;     // the file; NULL on failure
  size_t count;
  char message[256];  // why it failed, empty on success
} media_png_file;

// Decodes one PNG of any colour type, bit depth and interlacing from memory to 8-bit RGB.
//
// Transparency is dropped if `background` is negative; otherwise the picture is laid on grey of
// that level, 0 to 255, as Pillow's `alpha_composite` does it. Nothing the size of the image is
// allocated before `width * height <= max_pixels` is known. `image` is always filled in; pass it to
// `media_png_free_image` whatever the status.
media_png_status media_png_decode(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, int background,
    media_png_image *image);

// Frees the pixels of an image.
void media_png_free_image(media_png_image *image);

// Decodes one grey PNG, with or without alpha, from memory; the values are those of the file.
//
// Grey of 1, 2 and 4 bits is scaled to 8, alpha is dropped. Otherwise as `media_png_decode`.
media_png_status media_png_decode_grey(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, media_png_grey *image);

// Frees the values of a grey image.
void media_png_free_grey(media_png_grey *image);

// Encodes pixels of 8 or 16 bits, `channels` interleaved: 1 is grey, 3 is RGB.
//
// `pixels` holds width * height * channels samples, those of 16 bits with the high byte first; both
// sides are at least 1. `file` is always filled in; pass it to `media_png_free_file` whatever the
// status.
media_png_status media_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels,
    uint32_t depth, media_png_file *file);

// Frees the bytes of a file.
void media_png_free_file(media_png_file *file);
