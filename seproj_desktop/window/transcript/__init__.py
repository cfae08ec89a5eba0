"""The transcript: a virtualised view of its own over Markdown blocks."""
