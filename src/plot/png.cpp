// PNG in memory, by libpng's simplified interface, which needs no long jumps.
#include <png.h>

#include <string>

#include "nearfold/error.hpp"
#include "plot/picture.hpp"

namespace nearfold {

std::vector<std::byte> encode_png(const Image& image) {
  const std::int64_t values = std::int64_t{image.width} * image.height * 3;
  if (image.width < 1 || image.height < 1 ||
      values != static_cast<std::int64_t>(image.rgb.size())) {
    throw InvalidInput("an image of " + std::to_string(image.width) + " x " +
                       std::to_string(image.height) + " pixels with " +
                       std::to_string(image.rgb.size()) + " values; it must have " +
                       std::to_string(values));
  }
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  std::vector<std::byte> bytes(PNG_IMAGE_PNG_SIZE_MAX(header));
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&header, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr) ==
      0) {
    throw InvalidInput("the picture cannot be written as PNG (" + std::string(header.message) +
                       "); choose a smaller size");
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace nearfold
