#include "cli/picture_file.hpp"

#include "nearfold/error.hpp"

namespace nearfold::cli {

void check_picture_path(const std::string& path, const PlotOptions& options, std::int64_t n) {
  if (path.ends_with(".svg")) return check_svg(options, n);
  if (path.ends_with(".png")) return check_options(options);
  throw InvalidParameter("'" + path + "' is no picture by its name; end it in .png or .svg");
}

void write_picture(const std::string& path, const Picture& picture, const PlotOptions& options,
                   io::Overwrite overwrite) {
  check_picture_path(path, options);
  if (path.ends_with(".svg"))
    io::write_file(path, draw_svg(picture, options), overwrite);
  else
    io::write_file(path, encode_png(draw(picture, options)), overwrite);
}

}  // namespace nearfold::cli
