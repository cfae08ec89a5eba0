"""From pieces to pixels: lines of text, a box for each kind of piece, and all their heights."""
