"""The colours of code: quick lexers line by line while an answer grows, Pygments once a block is closed."""
