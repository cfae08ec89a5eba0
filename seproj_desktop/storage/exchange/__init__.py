"""Conversations out of the program and into it: Markdown, JSON and HTML; our JSON, ChatGPT's and Open WebUI's."""
