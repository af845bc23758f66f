// JPEG decoding over libjpeg(-turbo), for callers that cannot use setjmp.
//
// The pixels are those of Pillow's `Image.open(file).convert("RGB")`: libjpeg's default transform
// and upsampling, EXIF orientation and ICC profiles ignored.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
  media_jpeg_ok = 0,
  media_jpeg_corrupt,      // the data breaks the format; `message` is libjpeg's
  media_jpeg_truncated,    // the data ends before the image does
  media_jpeg_too_large,    // width * height is over the caller's limit
  media_jpeg_unsupported,  // a legal JPEG of a kind that is not read here
  media_jpeg_no_memory,
} media_jpeg_status;

typedef struct {
  uint32_t width, height;
  uint8_t *pixels;     // RGB, interleaved, width * height * 3 bytes; NULL on failure
  uint32_t warnings;   // recoverable faults that libjpeg reported and concealed
  char message[256];   // why it failed, empty on success
} media_jpeg_image;

// Decodes one JPEG from memory to 8-bit RGB.
//
// Nothing the size of the image is allocated before `width * height <= max_pixels` is known.
// `image` is always filled in; pass it to `media_jpeg_free` whatever the status.
media_jpeg_status media_jpeg_decode(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, media_jpeg_image *image);

// Frees the pixels of an image.
void media_jpeg_free(media_jpeg_image *image);
