"""Evaluation: how near the predicted graph of a corpus is to its gold annotations, and where it errs."""
