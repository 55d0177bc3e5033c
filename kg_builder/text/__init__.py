"""Text as the steps see it: words and keys, sentences, sections, chunks, abbreviations."""
