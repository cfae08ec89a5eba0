"""What is made in a helper process: pictures of formulas, Pygments' colours."""
