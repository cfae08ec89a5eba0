"""The grammars of the languages, by family."""
