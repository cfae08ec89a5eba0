"""The server's own window: its address and examples, what it is asked at the moment, and a log of what it was asked."""
