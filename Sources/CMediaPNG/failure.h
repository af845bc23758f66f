// What decoding and encoding share: how a libpng error leaves libpng.
#pragma once

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "media_png.h"

typedef struct {
  jmp_buf escape;
  media_png_status status;
  char *message;
  size_t capacity;
} media_png_failure;

static inline void fail(
    media_png_failure *failure, media_png_status status, const char *message) {
  failure->status = status;
  snprintf(failure->message, failure->capacity, "%s", message);
  longjmp(failure->escape, 1);
}

static inline void on_error(png_structp png, png_const_charp message) {
  fail((media_png_failure *)png_get_error_ptr(png), media_png_corrupt, message);
}

static inline void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}
