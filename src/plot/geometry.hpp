// Places in a picture.
#pragma once

namespace nearfold {

/// Where something is: pixels from the top left corner, the centre of pixel (0, 0) is (0.5, 0.5).
struct Spot {
  float x = 0.0f;
  float y = 0.0f;
};

/// A straight line.
struct Segment {
  Spot from;
  Spot to;
};

/// A rectangle of pixels: [left, right) x [top, bottom).
struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

}  // namespace nearfold
