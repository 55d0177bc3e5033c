"""The shipped Vietnamese model: weights, their description and the card."""
