"""The text as Markdown: cut into segments while it grows, and read as leaves. No Qt."""
