"""Small files of every format, written from published layouts, and ways to damage them."""
