"""Messages and blocks as screen readers see them, and what is said aloud."""
