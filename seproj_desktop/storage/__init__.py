"""The memory: conversations in one SQLite file, written as they happen, searched, backed up, exported and imported.

The chat service sees only `ConversationStore` of `chat/keeping.py`. Nothing here imports Qt; SQLite is used on threads
of its own, so that the backend's loop never waits for the disk.
"""
