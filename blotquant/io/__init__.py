"""Files in: pictures of blots, whatever their format, and the projects that name them."""
