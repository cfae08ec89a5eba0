"""SEproj Desktop: a native chat window for developers, with vLLM inside it."""

__version__ = "0.1.0"
