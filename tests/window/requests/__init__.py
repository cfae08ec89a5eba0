"""Tests of the server's own window."""
