"""The list of conversations, the search above it, and everything that can be done with them."""
