"""The OpenAI-compatible API: its paths, its refusals, and personas as models. On the backend's loop.

The answers themselves are vLLM's own; see `seproj_desktop/engine/vllm_http.py`.
"""
