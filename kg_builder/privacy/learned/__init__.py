"""A small model that tells identifiers by the meaning of the sentence around them."""
