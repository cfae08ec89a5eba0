"""Find in the conversation: as the text is seen, in slices between frames."""
