"""Measurements, side by side with vLLM's own server, and long runs that try to break the program.

`python -m benchmarks` measures, `python -m benchmarks.torture` breaks; README.md says what the figures mean. Nothing
of the program imports this package.
"""
